"""What is odd about a row: where it is, why it is odd, what would put it right."""

import re
from dataclasses import dataclass

MAX_VALUE = 200

_TOKEN = re.compile(r"Atz[ra]\s*\|\s*\S*", re.IGNORECASE)
NOT_SHOWN = "(a token, not shown)"
"""What stands in a report for a token."""

REASONS = {
    # Not taken: the row cannot be told apart, or its dates cannot be trusted.
    "too_few_columns": "The row has fewer columns than the heading.",
    "too_many_columns": "The row has more columns than the heading.",
    "broken_row": "The row cannot be read as CSV.",
    "no_selling_partner_id": "The selling partner id is missing.",
    "bad_selling_partner_id": "This is no selling partner id.",
    "unreadable_grant": "The day of the grant cannot be read.",
    "unreadable_expiry": "The expiry cannot be read, and it is the only date of the row.",
    "no_marketplace": "The row names no marketplace.",
    "unknown_marketplace": "Amazon has no such marketplace.",
    "ambiguous_marketplace": "Several marketplaces share this address.",
    "unknown_region": "The region is none of NA, EU and FE.",
    "several_regions": "The marketplaces need several authorizations, but the row is one.",
    "too_long": "The value is too long.",
    "contradicting_row": "Another row for the same authorization has a later or an equal grant.",
    "held_by_other_source": "Another source brought this authorization, with a grant no older.",
    "erased": "This seller was erased on request and does not come back.",
    # Taken, with a remark.
    "duplicate_row": "The same row stands in the source twice; it was taken once.",
    "same_authorization": "Several rows are one authorization; their marketplaces were united.",
    "extra_marketplace": "One of several marketplaces is unknown and was left out.",
    "no_contact": "There is neither an e-mail address nor a telephone number.",
    "bad_email": "This is no e-mail address.",
    "no_name": "The seller has no name; the selling partner id stands in for it.",
    "orphan": "The customer does not exist; the selling partner id stands in for the name.",
    "unknown_language": "This is no language code.",
    "unknown_plan": "The plan is neither professional nor individual.",
    "unknown_partner_kind": "The partner is neither seller nor vendor.",
    "unknown_state": "The state is none of granted, requested and refused.",
    "unknown_time_zone": "There is no such time zone.",
    "unreadable_flag": "The value is neither yes nor no.",
    "unreadable_number": "The value is no number that makes sense here.",
    "unreadable_moment": "The moment cannot be read and was left empty.",
    "grant_missing": "The account counts as granted, but the day of the grant is missing.",
    "future_grant": "The grant lies in the future; until then the account is not authorized.",
    "expiry_not_365": "The expiry is not 365 days after the grant; the grant was believed.",
    "future_sync": "The last sync lies in the future.",
    "milliseconds": "The time is in milliseconds, not seconds; it was read so.",
    "seconds": "The time is in seconds, not milliseconds; it was read so.",
    "no_zone": "The time has no zone, and the mapping names none; it was taken as UTC.",
    "ambiguous_time": "The clocks went back: this time came twice; the first was taken.",
    "nonexistent_time": "The clocks went forward: this time never came; it was moved by an hour.",
    "undecodable": "The value holds bytes that are not in the file's encoding.",
    "control_characters": "The value held characters that no screen shows; they were left out.",
}
"""Every reason code with what it means, in one English sentence each."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One oddity of one row.

    place   "line 17" of a file, the key of a row of a database
    taken   whether the row came in all the same
    reason  one of REASONS
    column  the column of the source that holds the value
    value   what stands there, shortened, never a token
    fix     what to change, in words; empty where nothing can be proposed
    """

    place: str
    taken: bool
    reason: str
    column: str = ""
    value: str = ""
    fix: str = ""

    @property
    def sentence(self) -> str:
        """The reason in plain words."""
        return REASONS[self.reason]


class Fault(Exception):
    """A value that cannot be used; who reads the row decides whether the row can."""

    def __init__(self, reason: str, value: object = "", fix: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value
        self.fix = fix


def without_tokens(text: str) -> str:
    """A text that may quote what was sent to Amazon, as it may be kept."""
    return _TOKEN.sub(NOT_SHOWN, text)


def shown(value: object) -> str:
    """A value as a report may show it: short, printable, and never a token."""
    text = "" if value is None else str(value)
    if _TOKEN.search(text):
        return NOT_SHOWN
    text = "".join(c if c.isprintable() else "�" for c in text[: MAX_VALUE + 1])
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
