"""The part of the filter bar that is about who works on an account: owner, snoozed, contacted."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from data_access.case_reading import owners
from data_access.snapshot import snapshot
from pages.parts.viewer import Viewer
from rules.account_filter import ANYBODY, NOBODY, AccountFilter

MINE, FREE, UNCONTACTED, SNOOZED = "mine", "free", "uncontacted", "snoozed"
QUICK = (MINE, FREE, UNCONTACTED, SNOOZED)

Bound = Callable[[str], dict[str, Any]]
"""Gives the key of a widget of the filter bar, and what lets it change the address."""


def quick_pills(viewer: Viewer, bound: Bound) -> None:
    """The four that are asked for every day, a click each."""
    _ = viewer.text
    names = {
        MINE: _("mine"),
        FREE: _("nobody's"),
        UNCONTACTED: _("not contacted"),
        SNOOZED: _("snoozed"),
    }
    st.pills(
        _("Casework"),
        QUICK,
        selection_mode="multi",
        format_func=names.get,
        label_visibility="collapsed",
        wrap=True,
        **bound("f_case"),
    )


def more_casework(viewer: Viewer, bound: Bound) -> None:
    """The same in full: any colleague, and the opposite of each."""
    _ = viewer.text
    names = {NOBODY: _("nobody"), ANYBODY: _("anybody")}
    st.multiselect(
        _("Owner"),
        _known_owners(),
        format_func=lambda owner: names.get(owner, owner),
        placeholder=_("all"),
        **bound("f_owners"),
    )
    with st.container(horizontal=True):
        st.pills(
            _("Snoozed"),
            [True, False],
            format_func=lambda yes: _("snoozed") if yes else _("not snoozed"),
            **bound("f_snoozed"),
        )
        st.pills(
            _("Contacted"),
            [True, False],
            format_func=lambda yes: _("contacted") if yes else _("not contacted"),
            help=_("Written to, called with a note, or sent the link since the last renewal."),
            **bound("f_contacted"),
        )


def casework_values(viewer: Viewer, wanted: AccountFilter) -> dict[str, Any]:
    """What the widgets show for a filter."""
    known = _known_owners()
    return {
        "f_case": [name for name in QUICK if _holds(viewer, wanted, name)],
        "f_owners": [owner for owner in wanted.owners if owner in known],
        "f_snoozed": wanted.snoozed,
        "f_contacted": wanted.contacted,
    }


def with_quick_pills(
    viewer: Viewer, wanted: AccountFilter, pressed: Collection[str]
) -> AccountFilter:
    """The filter with those of QUICK that are pressed; of two that exclude each other the one that
    was not before."""
    used = {name for name in QUICK if _holds(viewer, wanted, name)} ^ set(pressed)
    for name in QUICK:
        if name in used:
            wanted = _with_quick(viewer, wanted, name, name in pressed)
    return wanted


def with_owners(wanted: AccountFilter, chosen: Sequence[str]) -> AccountFilter:
    """The filter with other owners; one of the address whom nobody knows is in no widget, and
    stays."""
    known = _known_owners()
    foreign = tuple(each for each in wanted.owners if each not in known)
    return replace(wanted, owners=foreign + tuple(chosen))


def asked_by_quick_pills(viewer: Viewer, wanted: AccountFilter) -> list[AccountFilter]:
    """What a click on each of QUICK asks for."""
    return [_with_quick(viewer, wanted, name, not _holds(viewer, wanted, name)) for name in QUICK]


def _with_quick(viewer: Viewer, wanted: AccountFilter, name: str, holds: bool) -> AccountFilter:
    field, value = _meaning(viewer, name)
    nothing = () if field == "owners" else None
    return replace(wanted, **{field: value if holds else nothing})


def _holds(viewer: Viewer, wanted: AccountFilter, name: str) -> bool:
    field, value = _meaning(viewer, name)
    return getattr(wanted, field) == value


def _meaning(viewer: Viewer, name: str) -> tuple[str, Any]:
    return {
        MINE: ("owners", (viewer.name,)),
        FREE: ("owners", (NOBODY,)),
        UNCONTACTED: ("contacted", False),
        SNOOZED: ("snoozed", True),
    }[name]


def _known_owners() -> list[str]:
    return [NOBODY, ANYBODY, *snapshot().once("owners", owners)]
