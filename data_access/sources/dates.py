"""The dates of some rows: grant, expiry and last sync, held against each other."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from data_access.sources.field_values import FieldValues
from data_access.sources.mapping import Mapping
from data_access.sources.mapping_rule import Rule
from data_access.sources.moments import Moment, same_day, written
from data_access.sources.problems import Fault
from data_access.sources.proposals import proposal
from rules.authorization import GRANT_LIFETIME, expiry

CLOCK_SKEW = timedelta(minutes=5)
"""How far another machine's clock may be ahead before a moment counts as the future."""


def read_dates(
    fields: FieldValues, mapping: Mapping, states: Sequence[str], now: datetime
) -> dict[str, list[Any]]:
    """The dates of some accounts, in UTC: columns of an authorization with a value for each row,
    with remarks about those that do not fit each other.

    states: granted, requested, refused, or "" where the source does not say
    """
    claims = _claims(fields, mapping)
    grants = _grants(fields, mapping, claims)
    granted = _granted(fields, mapping, claims, grants, states)
    latest = now + CLOCK_SKEW
    for row in _after(granted, latest):
        _note(fields, row, "future_grant", "granted_at", _by_claim(mapping, claims[row]))
    lapses = [None if at is None else expiry(at) for at in granted]
    if not mapping.expiry.trust:
        _check_claims(fields, mapping, claims, lapses)
    synced = _optional(fields, "last_sync_at")
    for row in _after(synced, latest):
        fix = proposal("check_clock")
        _note(fields, row, "future_sync", "last_sync_at", fix)
    expires, sources = _expiries(mapping, claims, lapses)
    # A good sync since the grant has shown that the grant works; a clock may be ahead of ours.
    confirmed = [
        sync if state != "refused" and grant and sync and grant <= sync <= latest else None
        for state, grant, sync in zip(states, granted, synced, strict=True)
    ]
    return {
        "granted_at": granted,
        "expires_at": expires,
        "expiry_source": sources,
        "claimed_expires_at": [claim and claim.at for claim in claims],
        "confirmed_at": confirmed,
        "refused_at": _optional(fields, "refused_at"),
        "last_sync_at": synced,
    }


def _claims(fields: FieldValues, mapping: Mapping) -> list[Moment | None]:
    by_expiry = mapping.expiry.grant_from_expiry
    # Read ahead of their turn only where an expiry is at fault.
    own = cache(lambda: fields.tried("granted_at"))

    def fault(row: int, fault: Fault) -> None:
        if mapping.fields.granted_at is None or (by_expiry and own()[row] is None):
            fields.reject(row, "unreadable_expiry", "expires_at", fault.value, fault.fix)
        else:
            _note(fields, row, "unreadable_moment", "expires_at", fault.fix)

    return _moments(fields, "expires_at", fault)


def _grants(
    fields: FieldValues, mapping: Mapping, claims: Sequence[Moment | None]
) -> list[Moment | None]:
    def fault(row: int, fault: Fault) -> None:
        fix = _by_claim(mapping, claims[row]) or fault.fix
        fields.reject(row, "unreadable_grant", "granted_at", fault.value, fix)

    return _moments(fields, "granted_at", fault)


def _optional(fields: FieldValues, name: str) -> list[datetime | None]:
    def fault(row: int, fault: Fault) -> None:
        _note(fields, row, "unreadable_moment", name, fault.fix)

    return [moment and moment.at for moment in _moments(fields, name, fault)]


def _moments(
    fields: FieldValues, name: str, at_fault: Callable[[int, Fault], None]
) -> list[Moment | None]:
    """The moments of a field; `at_fault` says what it means that one cannot be read."""
    moments = fields.tried(name)
    for row, moment in enumerate(moments):
        if moment is None:
            continue
        if isinstance(moment, Fault):
            at_fault(row, moment)
            moments[row] = None
        elif moment.remark == "no_zone":
            fix = proposal("say_zone", name=name)
            _note(fields, row, "no_zone", name, fix)
        elif moment.remark:
            _note(fields, row, moment.remark, name)
    return moments


def _note(fields: FieldValues, row: int, reason: str, name: str, fix: str = "") -> None:
    """A remark that shows what stands in the source, not what became of it."""
    fields.note(row, reason, name, fields.raw(name, row), fix)


def _granted(
    fields: FieldValues,
    mapping: Mapping,
    claims: Sequence[Moment | None],
    grants: Sequence[Moment | None],
    states: Sequence[str],
) -> list[datetime | None]:
    granted: list[datetime | None] = [grant and grant.at for grant in grants]
    for row in _empty(granted):
        claim = claims[row]
        if claim is not None and mapping.expiry.grant_from_expiry:
            granted[row] = claim.at - GRANT_LIFETIME
        elif claim is not None or states[row] in ("granted", "refused"):
            _note(fields, row, "grant_missing", "granted_at", _by_claim(mapping, claim))
    return granted


def _empty(moments: Sequence[datetime | None]) -> list[int]:
    """The rows without a moment."""
    return [row for row, at in enumerate(moments) if at is None]


def _after(moments: Sequence[datetime | None], latest: datetime) -> list[int]:
    """The rows whose moment lies beyond `latest`."""
    return [row for row, at in enumerate(moments) if at is not None and at > latest]


def _check_claims(
    fields: FieldValues,
    mapping: Mapping,
    claims: Sequence[Moment | None],
    expires: Sequence[datetime | None],
) -> None:
    rule = mapping.fields.expires_at
    zone = mapping.zone_of(rule) if rule else None
    tolerance = timedelta(minutes=mapping.expiry.tolerance_minutes)
    for row, (claim, expected) in enumerate(zip(claims, expires, strict=True)):
        if claim is None or expected is None or claim.at == expected:
            continue
        if claim.has_time:
            fits = abs(claim.at - expected) <= tolerance
        else:
            fits = same_day(claim.at, expected, zone)
        if not fits:
            fix = proposal("grant_plus", day=written(expected, claim, zone))
            _note(fields, row, "expiry_not_365", "expires_at", fix)


def _by_claim(mapping: Mapping, claim: Moment | None) -> str:
    """The grant that would fit the expiry, as the source writes days."""
    rule: Rule | None = mapping.fields.expires_at
    if claim is None or rule is None:
        return ""
    day = written(claim.at - GRANT_LIFETIME, claim, mapping.zone_of(rule))
    return proposal("expiry_minus", day=day)


def _expiries(
    mapping: Mapping, claims: Sequence[Moment | None], lapses: Sequence[datetime | None]
) -> tuple[list[datetime | None], list[str]]:
    """When the grants lapse, and how each is known."""
    expires = list(lapses)
    sources = ["computed"] * len(expires)
    if mapping.expiry.trust:
        for row, claim in enumerate(claims):
            if claim is not None:
                expires[row], sources[row] = claim.at, "seller_reported"
    return expires, sources
