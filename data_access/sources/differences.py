"""What a source says of an account against what the desk knows: what changes, and which event.

No SQL here: one staged row and one known row in, a Change out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data_access.clock import believed
from data_access.sources.dates import CLOCK_SKEW

REMOVED = "removed from source"
PAUSED = "paused in source"
OURS_TO_UNPAUSE = (REMOVED, PAUSED)

GRANT = ("granted_at", "expires_at", "expiry_source")
COPIES = ("seller_name", "seller_sort", "search_text")
ALWAYS = (
    "source",
    "marketplaces",
    "home_marketplace",
    "claimed_expires_at",
    *GRANT,
    *COPIES,
)
"""Columns of an authorization that a source always decides."""

IF_MAPPED = ("partner_kind", "plan", "language")
"""Columns that a source decides where its mapping fills them."""

_EVENT_NAMES = {"seller_name": "name"}
_SILENT = ("seller_sort", "search_text")


@dataclass(slots=True)
class Change:
    """What is to be written about one known authorization; nothing where `values` is empty.

    values   columns of the authorization
    kind     granted, renewed or changed
    said     what the event tells: column, before and after
    lapse    from when until when it had been expired, if this renewal ended that
    """

    values: dict[str, Any] = field(default_factory=dict)
    kind: str = "changed"
    said: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    lapse: tuple[datetime, datetime] | None = None


def reported_by(source: str, refusal: str) -> str:
    """The cause of a refusal that a source told, so that the source can take it back."""
    return f"reported by {source}: {refusal}".rstrip(": ")


def compare(
    known: Mapping[str, Any], new: Mapping[str, Any], mapped: frozenset[str], now: datetime
) -> Change:
    """What the source's row `new` changes about the account `known`.

    known   the authorization's columns, those of its seller, and `has_credential`
    new     the staged row, with `source`
    mapped  the fields that the mapping fills; others are not the source's to say
    """
    change = Change()
    stays = _stays(known, new, now)
    for name in (*ALWAYS, *(n for n in IF_MAPPED if n in mapped)):
        if name not in stays and known[name] != new[name]:
            _set(change, name, known[name], new[name])
    _compare_grant(known, change)
    _compare_refusal(known, new, change, now)
    _compare_pause(known, new, change)
    return change


def _set(change: Change, name: str, before: Any, after: Any) -> None:
    change.values[name] = after
    if name not in _SILENT:
        change.said[_EVENT_NAMES.get(name, name)] = (before, after)


def _stays(known: Mapping[str, Any], new: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    """What the desk knows better: of a grant that it made itself, or that the seller read out.

    The source learns of a renewal through the desk late or never, and what it says of the expiry is
    said of an earlier grant; and what the seller read out at Amazon is better than arithmetic as
    long as the grant is the same one.
    """
    if _renewed_here(known, new, now):
        return (*GRANT, "claimed_expires_at")
    reported = known["expiry_source"] == "seller_reported" != new["expiry_source"]
    same = known["granted_at"] is not None and known["granted_at"] == new["granted_at"]
    return GRANT if reported and same else ()


def _renewed_here(known: Mapping[str, Any], new: Mapping[str, Any], now: datetime) -> bool:
    """Whether the desk made the grant itself that is in force, and the source knows an earlier one,
    none, or one that is dated later than now."""
    before, after = believed(known["granted_at"], now), new["granted_at"]
    if before is None or not known["has_credential"]:
        return False
    return after is None or after < before or after > now + CLOCK_SKEW


def _compare_grant(known: Mapping[str, Any], change: Change) -> None:
    before, after = known["granted_at"], change.values.get("granted_at")
    if after is None:
        return
    if before is None:
        change.kind = "granted"
    elif after > before:
        change.kind = "renewed"
        lapsed_at = known["expires_at"]
        if lapsed_at is not None and lapsed_at < after:
            change.lapse = (lapsed_at, after)
    else:
        return
    if known["first_failed_at"] is not None:
        change.values["first_failed_at"] = None


def _compare_refusal(
    known: Mapping[str, Any], new: Mapping[str, Any], change: Change, now: datetime
) -> None:
    before = known["refused_at"]
    fresh_grant = change.kind in ("granted", "renewed")
    if new["refused"]:
        # It is an earlier grant that the source says this of.
        if _renewed_here(known, new, now):
            return
        if before is None or fresh_grant:
            since = new["refused_at"]
            _set(change, "refused_at", before, since if since and since <= now else now)
            change.values["refusal"] = reported_by(new["source"], new["refusal"])
    elif before is not None and (fresh_grant or _told_by(known, new)):
        _set(change, "refused_at", before, None)
        change.values["refusal"] = ""


def _told_by(known: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return known["refusal"].startswith(reported_by(new["source"], ""))


def _compare_pause(known: Mapping[str, Any], new: Mapping[str, Any], change: Change) -> None:
    if new["said_paused"]:
        if not known["paused"] or known["paused_reason"] == REMOVED:
            if not known["paused"]:
                _set(change, "paused", False, True)
            _set(change, "paused_reason", known["paused_reason"], PAUSED)
    elif known["paused"] and known["paused_reason"] in OURS_TO_UNPAUSE:
        _set(change, "paused", True, False)
        _set(change, "paused_reason", known["paused_reason"], "")
