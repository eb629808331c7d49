"""The presets of the filter bar: what is asked for with one click, a status or some days."""

from dataclasses import replace

from rules.account_filter import AccountFilter
from rules.authorization import Status

PRESETS = (7, 14, 30, 60, 90)
SOON = "8-30"
"""Those to be written to before it gets urgent: after a week, within the widest band."""

_SOON = {"beyond": 7, "within": 30}

EXPIRY = ("expired", "7", SOON, *map(str, PRESETS[1:]))
"""What is asked for with one click."""


def preset_of(wanted: AccountFilter) -> str | None:
    """The preset that a filter is, if it is one."""
    if _is_expired(wanted):
        return "expired"
    of_all = wanted.without_window()
    if wanted == replace(of_all, **_SOON):
        return SOON
    days = wanted.within
    return str(days) if days in PRESETS and wanted == replace(of_all, within=days) else None


def with_preset(wanted: AccountFilter, preset: str | None) -> AccountFilter:
    """The filter with a preset, in the place of the one it has; None takes that back.

    They stand for a status or for days, whichever of both was used last.
    """
    if preset == "expired":
        return replace(wanted.without_window(), statuses=(Status.EXPIRED,))
    statuses = () if _is_expired(wanted) else wanted.statuses
    wanted = replace(wanted.without_window(), statuses=statuses)
    if preset == SOON:
        return replace(wanted, **_SOON)
    return replace(wanted, within=int(preset) if preset else None)


def asked_by_presets(wanted: AccountFilter) -> list[AccountFilter]:
    """What a click on each of EXPIRY asks for; on the one that is in force, for all again."""
    now = preset_of(wanted)
    return [with_preset(wanted, None if each == now else each) for each in EXPIRY]


def _is_expired(wanted: AccountFilter) -> bool:
    return wanted.statuses == (Status.EXPIRED,) and not wanted.has_window
