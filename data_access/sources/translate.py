"""Rows of somebody else's database as accounts of ours, with all that is odd about them."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress
from typing import Any

from data_access.records import (
    OF_VALUE,
    PROFILE_FIELDS,
    SEARCHED,
    daily_values,
    search_texts,
)
from data_access.sources.cells import tried
from data_access.sources.dates import read_dates
from data_access.sources.field_values import FieldReaders, FieldValues
from data_access.sources.mapping import Mapping as SourceMapping
from data_access.sources.places import NOWHERE, AtAmazon, placed, which_of
from data_access.sources.problems import Fault, Problem, without_tokens
from data_access.sources.proposals import proposal
from data_access.sources.reading import SourceRow
from data_access.sources.sellers import read_sellers
from rules.account_filter import PLANS
from rules.folding import all_folded

PARTNER_KINDS = ("seller", "vendor")
STATES = ("granted", "requested", "refused")
LONGEST = {"application_id": 200, "customer_number": 200}
LONGEST_NAME = 2_000
"""Bytes of a seller's name as it is sorted by: PostgreSQL's indexes take up to 2,700."""

_PARTNER_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
_SHARES = ("seller_fulfilled_share", "other_channel_share")

Columns = dict[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Translated:
    """What became of some rows.

    taken     which rows are accounts now
    accounts  these: columns of authorizations, sellers and profiles by name, and two more:
              `refused` (the source says that Amazon refuses the authorization) and `said_paused`
              (the source says so, None where it says nothing)
    rejected  customer number and selling partner id of each other row as far as they could be read,
              so that it is not taken for one that has vanished
    problems  what is odd, by row
    """

    taken: list[int]
    accounts: Columns
    rejected: list[tuple[str, str]]
    problems: dict[int, list[Problem]]


class Translator:
    """Reads rows by a mapping. Made once for a run."""

    def __init__(
        self,
        mapping: SourceMapping,
        columns: Sequence[str],
        now: datetime,
        application_id: str,
        erased: Container[str],
    ) -> None:
        """columns: those of each row, in its order; application_id: where the row has none;
        erased: the customers who were erased on request."""
        self._mapping = mapping
        self._now = now
        self._application_id = application_id
        self._erased = erased
        self._readers = FieldReaders(mapping, columns)

    def __call__(self, rows: Sequence[SourceRow], places: Sequence[str]) -> Translated:
        """The accounts of some rows; nothing about a row raises.

        places: where each row is, in words
        """
        fields = FieldValues(self._readers, rows, places)
        identities = self._identities(fields, rows)
        accounts = self._accounts(fields, identities)
        taken = [row not in fields.rejected for row in range(len(rows))]
        if fields.rejected:
            accounts = {name: list(compress(column, taken)) for name, column in accounts.items()}
        return Translated(
            taken=list(compress(range(len(rows)), taken)),
            accounts=accounts,
            rejected=[identities[row] for row in sorted(fields.rejected)],
            problems=fields.problems,
        )

    def _identities(self, fields: FieldValues, rows: Sequence[SourceRow]) -> list[tuple[str, str]]:
        """Customer number and selling partner id, of rows that are broken as a whole too."""
        broken = {row: given.fault for row, given in enumerate(rows) if given.fault is not None}
        for row, fault in broken.items():
            fields.note(row, fault.reason, "", fault.value, fault.fix, taken=False)
        numbers, partner_ids = fields.texts("customer_number"), fields.texts("selling_partner_id")
        fields.rejected.update(broken)
        identities = list(zip(numbers, partner_ids, strict=True))
        for row, (number, partner_id) in enumerate(identities if self._erased else ()):
            if (number or partner_id) in self._erased:
                # Nothing of what stands in the row, its problems among it, may be kept again.
                place = fields.places[row]
                tells = any(each and each in place for each in (number, partner_id))
                fields.problems[row] = [Problem("" if tells else place, False, "erased")]
                fields.rejected.add(row)
        return identities

    def _accounts(self, fields: FieldValues, identities: Sequence[tuple[str, str]]) -> Columns:
        """The columns of all rows, also of those that turn out to be rejected."""
        numbers, partner_ids = (list(column) for column in zip(*identities, strict=True))
        _check_keys(fields, numbers, partner_ids)
        application_ids = self._application_ids(fields)
        at_amazon = _at_amazon(fields)
        states = _one_of(fields, "state", STATES, "unknown_state")
        dates = read_dates(fields, self._mapping, states, self._now)
        refused = [
            state == "refused" and granted is not None
            for state, granted in zip(states, dates["granted_at"], strict=True)
        ]
        paused = fields.values("paused")
        seller = read_sellers(fields, numbers, partner_ids, self._gone(fields))
        sorts = _sorts(fields, seller["name"])
        kinds = _one_of(fields, "partner_kind", PARTNER_KINDS, "unknown_partner_kind")
        plans = _one_of(fields, "plan", PLANS, "unknown_plan")
        refusals = [text and without_tokens(text) for text in fields.texts("refusal", refused)]
        profile = _profiles(fields)
        return {
            **seller,
            "seller_name": seller["name"],
            "seller_sort": sorts,
            "search_text": search_texts([*(seller[n] for n in SEARCHED), partner_ids]),
            "application_id": application_ids,
            "selling_partner_id": partner_ids,
            **at_amazon,
            **dates,
            **profile,
            "daily_value": daily_values(*(profile[n] for n in OF_VALUE)),
            "partner_kind": [kind or "seller" for kind in kinds],
            "plan": plans,
            "refusal": refusals,
            "refused": refused,
            "paused": list(map(bool, paused)),
            "paused_reason": [""] * fields.rows,
            "said_paused": paused,
        }

    def _application_ids(self, fields: FieldValues) -> list[str]:
        read = fields.texts("application_id")
        ids = [application_id or self._application_id for application_id in read]
        for row, application_id in enumerate(ids):
            if len(application_id) > LONGEST["application_id"]:
                fields.reject(row, "too_long", "application_id", application_id)
        return ids

    def _gone(self, fields: FieldValues) -> list[bool]:
        """Of which rows the source says that their customer does not exist."""
        exists = self._mapping.seller_exists
        if exists is None:
            return [False] * fields.rows
        return [cell in (None, "") for cell in fields.column(exists)]


def _check_keys(
    fields: FieldValues, customer_numbers: Sequence[str], partner_ids: Sequence[str]
) -> None:
    if all(map(_PARTNER_ID.fullmatch, partner_ids)) and (
        max(map(len, customer_numbers)) <= LONGEST["customer_number"]
    ):
        return
    for row, partner_id in enumerate(partner_ids):
        if not partner_id:
            fix = proposal("look_up_id")
            fields.reject(row, "no_selling_partner_id", "selling_partner_id", "", fix)
        elif not _PARTNER_ID.fullmatch(partner_id):
            fix = proposal("id_looks_like")
            fields.reject(row, "bad_selling_partner_id", "selling_partner_id", partner_id, fix)
        elif len(customer_numbers[row]) > LONGEST["customer_number"]:
            fields.reject(row, "too_long", "customer_number", customer_numbers[row])


def _sorts(fields: FieldValues, names: Sequence[str]) -> list[str]:
    """What each seller is sorted by."""
    sorts = all_folded(names)
    for row, sort in enumerate(sorts):
        # No letter takes more than four bytes.
        if len(sort) > LONGEST_NAME // 4 and len(sort.encode()) > LONGEST_NAME:
            fields.reject(row, "too_long", "name", names[row], proposal("shorten_name"))
    return sorts


def _at_amazon(fields: FieldValues) -> Columns:
    """Which authorization each account is at Amazon, and its marketplaces."""
    asked = list(
        zip(
            fields.values("marketplaces"),
            fields.texts("home_marketplace"),
            fields.texts("region"),
            strict=True,
        )
    )
    # Many accounts sell at the same places.
    found = {each: _place(*each) for each in set(asked)}
    if any(isinstance(place, Fault) or place.unknown for place in found.values()):
        _note_places(fields, [found[each] for each in asked])
    known = {each: NOWHERE if isinstance(at, Fault) else at for each, at in found.items()}
    return {
        "region": [known[each].region for each in asked],
        "country": [known[each].country for each in asked],
        "marketplaces": [",".join(known[each].marketplaces) for each in asked],
        "home_marketplace": [known[each].home for each in asked],
    }


def _place(names: tuple[str, ...] | None, home: str, region: str) -> AtAmazon | Fault:
    return tried(placed, names or (), home or None, region or None)


def _note_places(fields: FieldValues, places: Sequence[AtAmazon | Fault]) -> None:
    for row, place in enumerate(places):
        if isinstance(place, Fault):
            name = "region" if place.reason == "unknown_region" else "marketplaces"
            fields.reject(row, place.reason, name, place.value, place.fix)
        else:
            for unknown in place.unknown:
                fields.note(row, "extra_marketplace", "marketplaces", unknown, which_of(unknown))


def _one_of(fields: FieldValues, name: str, allowed: Sequence[str], reason: str) -> list[str]:
    def judge(text: str) -> str | None:
        return text.casefold() if text.casefold() in allowed else None

    return fields.judged(name, judge, reason, proposal("translate_values", name=name))


def _profiles(fields: FieldValues) -> Columns:
    profile = {name: fields.values(name) for name in PROFILE_FIELDS}
    for name in _SHARES:
        for row, share in enumerate(profile[name]):
            if (share or 0) > 1:
                fields.note(row, "unreadable_number", name, share, proposal("divide"))
                profile[name][row] = None
    profile["measured_at"] = [moment and moment.at for moment in profile["measured_at"]]
    return profile
