"""The dates of one row: grant, expiry and last sync, held against each other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from data_access.sources.mapping import Mapping
from data_access.sources.mapping_rule import Rule
from data_access.sources.moments import Moment, same_day, written
from data_access.sources.problems import Fault
from rules.authorization import GRANT_LIFETIME, expiry

CLOCK_SKEW = timedelta(minutes=5)
"""How far another machine's clock may be ahead before a moment counts as the future."""


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of an account, all in UTC."""

    granted_at: datetime | None = None
    expires_at: datetime | None = None
    expiry_source: str = "computed"
    claimed_expires_at: datetime | None = None
    last_sync_at: datetime | None = None
    confirmed_at: datetime | None = None
    refused_at: datetime | None = None


Note = Callable[..., None]
Reject = Callable[..., None]
Get = Callable[[str], Moment | None]


def read_dates(
    get: Get, note: Note, reject: Reject, mapping: Mapping, state: str, now: datetime
) -> Dates:
    """The dates of a row.

    get     the moment of a field; raises Fault where it cannot be read
    note    takes a reason, a field and a proposal: the row comes in all the same
    reject  takes a reason, a field, a value and a proposal, and raises
    state   granted, requested, refused, or "" where the source does not say
    """
    claim = _claim(get, note, reject, mapping)
    grant = _grant(get, note, reject, mapping, claim)
    if grant is None and claim is not None and mapping.expiry.grant_from_expiry:
        granted_at = claim.at - GRANT_LIFETIME
    else:
        granted_at = grant.at if grant else None
        _check_missing(note, mapping, claim, state, granted_at)
    if granted_at is not None and granted_at > now + CLOCK_SKEW:
        note("future_grant", "granted_at", _by_claim(mapping, claim))
    if granted_at is not None and claim is not None and not mapping.expiry.trust:
        _check_claim(note, mapping, claim, granted_at)
    synced = _optional(get, note, "last_sync_at")
    if synced is not None and synced > now + CLOCK_SKEW:
        note("future_sync", "last_sync_at", "Check the clock and the zone of the source.")
    expires_at, expiry_source = _expiry(mapping, claim, granted_at)
    return Dates(
        granted_at=granted_at,
        expires_at=expires_at,
        expiry_source=expiry_source,
        claimed_expires_at=claim.at if claim else None,
        last_sync_at=synced,
        confirmed_at=_confirmed(granted_at, synced, now),
        refused_at=_optional(get, note, "refused_at"),
    )


def _claim(get: Get, note: Note, reject: Reject, mapping: Mapping) -> Moment | None:
    try:
        claim = get("expires_at")
    except Fault as fault:
        if mapping.fields.granted_at is None:
            reject("unreadable_expiry", "expires_at", fault.value, fault.fix)
        note("unreadable_moment", "expires_at", fault.fix)
        return None
    if claim is not None:
        _remark(note, claim, "expires_at")
    return claim


def _grant(
    get: Get, note: Note, reject: Reject, mapping: Mapping, claim: Moment | None
) -> Moment | None:
    try:
        grant = get("granted_at")
    except Fault as fault:
        fix = _by_claim(mapping, claim) or fault.fix
        reject("unreadable_grant", "granted_at", fault.value, fix)
        return None
    if grant is not None:
        _remark(note, grant, "granted_at")
    return grant


def _remark(note: Note, moment: Moment, name: str) -> None:
    if moment.remark == "no_zone":
        note("no_zone", name, f'Say zone = "Europe/Berlin" under fields.{name}, or for all.')
    elif moment.remark:
        note(moment.remark, name)


def _check_missing(
    note: Note, mapping: Mapping, claim: Moment | None, state: str, granted_at: datetime | None
) -> None:
    if granted_at is None and (state in ("granted", "refused") or claim is not None):
        note("grant_missing", "granted_at", _by_claim(mapping, claim))


def _check_claim(note: Note, mapping: Mapping, claim: Moment, granted_at: datetime) -> None:
    expected = expiry(granted_at)
    rule = mapping.fields.expires_at
    zone = mapping.zone_of(rule) if rule else None
    if claim.has_time:
        tolerance = timedelta(minutes=mapping.expiry.tolerance_minutes)
        fits = abs(claim.at - expected) <= tolerance
    else:
        fits = same_day(claim.at, expected, zone)
    if not fits:
        note(
            "expiry_not_365",
            "expires_at",
            f"Grant plus 365 days would be {written(expected, claim, zone)}.",
        )


def _by_claim(mapping: Mapping, claim: Moment | None) -> str:
    """The grant that would fit the expiry, as the source writes days."""
    rule: Rule | None = mapping.fields.expires_at
    if claim is None or rule is None:
        return ""
    day = written(claim.at - GRANT_LIFETIME, claim, mapping.zone_of(rule))
    return f"Expiry minus 365 days would be {day}."


def _expiry(
    mapping: Mapping, claim: Moment | None, granted_at: datetime | None
) -> tuple[datetime | None, str]:
    if mapping.expiry.trust and claim is not None:
        return claim.at, "seller_reported"
    return (expiry(granted_at) if granted_at is not None else None), "computed"


def _optional(get: Get, note: Note, name: str) -> datetime | None:
    try:
        moment = get(name)
    except Fault as fault:
        note("unreadable_moment", name, fault.fix)
        return None
    if moment is None:
        return None
    _remark(note, moment, name)
    return moment.at


def _confirmed(
    granted_at: datetime | None, synced: datetime | None, now: datetime
) -> datetime | None:
    """A good sync since the grant has shown that the grant works."""
    if granted_at is None or synced is None or not granted_at <= synced <= now:
        return None
    return synced
