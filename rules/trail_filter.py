"""Which entries of the audit trail: what the screen, its address and its export take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from rules.acts import Act
from rules.address_values import day_in, number_in
from rules.days import day_start
from rules.typed_text import keepable

PARAMETERS = ("who", "what", "account", "from", "to")
"""The names of the URL parameters."""

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """What is shown; empty and None mean "all".

    who      the whole name of whoever acted
    acts     any of these deeds
    account  the account it was done to
    since    first calendar day, in the viewer's zone
    until    last calendar day, inclusive
    """

    who: str = ""
    acts: tuple[Act, ...] = ()
    account: int | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every entry is meant."""
        return self == TrailFilter()

    def window(self, as_of: datetime) -> tuple[datetime | None, datetime | None]:
        """The time [from, until) that the days mean in the zone of `as_of`."""
        after_last = self.until and date.fromordinal(self.until.toordinal() + 1)
        return (
            self.since and day_start(self.since, as_of.tzinfo),
            after_last and day_start(after_last, as_of.tzinfo),
        )

    def to_query(self) -> dict[str, list[str]]:
        """The URL parameters that bring this filter back; what is not asked for is left out."""
        said = {
            "who": [self.who] if self.who else [],
            "what": [act.value for act in self.acts],
            "account": [] if self.account is None else [str(self.account)],
            "from": [self.since.isoformat()] if self.since else [],
            "to": [self.until.isoformat()] if self.until else [],
        }
        return {name: values for name, values in said.items() if values}


def from_query(query: Mapping[str, Sequence[str]]) -> tuple[TrailFilter, tuple[str, ...]]:
    """The filter that a URL's parameters ask for, and the names of those that mean nothing."""
    given = {name: [v for v in query.get(name, ()) if v] for name in PARAMETERS}
    known = {act.value: act for act in Act}
    account = number_in(_last(given["account"]))
    wanted = TrailFilter(
        who=keepable(_last(given["who"]))[:MAX_NAME],
        acts=tuple(dict.fromkeys(known[each] for each in given["what"] if each in known)),
        account=account,
        since=day_in(_last(given["from"])),
        until=day_in(_last(given["to"])),
    )
    unread = {
        "what": any(each not in known for each in given["what"]),
        "account": bool(given["account"]) and account is None,
        "from": bool(given["from"]) and wanted.since is None,
        "to": bool(given["to"]) and wanted.until is None,
    }
    return wanted, tuple(name for name, is_so in unread.items() if is_so)


def _last(values: Sequence[str]) -> str:
    return values[-1] if values else ""
