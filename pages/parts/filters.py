"""The filter bar: what is shown, in widgets and in a sentence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st
from babel import Locale

from data_access.marketplaces import country_name, marketplaces
from pages.parts import formats, statuses
from pages.parts.filter_casework import (
    Bound,
    casework_values,
    more_casework,
    quick_pills,
    with_owners,
    with_quick_pills,
)
from pages.parts.filter_presets import EXPIRY, preset_of, with_preset
from pages.parts.filter_views import views_panel
from pages.parts.formats import number, typed_day
from pages.parts.url import filter_from_url, write_filter
from pages.parts.viewer import Viewer
from rules.account_filter import MAX_DAYS, PLANS, REGIONS, SORTS, AccountFilter, Ignored
from rules.authorization import Status

PAUSE = "500ms"
"""So long after the last letter the screen looks for what is typed; each time is a step that the
browser's back button goes back. The rows of the list follow sooner (rows_ahead)."""


def filter_bar(
    viewer: Viewer, wanted: AccountFilter, known_languages: Callable[[], list[str]]
) -> None:
    """Draws the widgets of a filter in a row; using one changes the address and with it the page.

    known_languages: asked when the filters are opened that offer them.
    """
    _ = viewer.text
    _fill(viewer, wanted)
    bound = partial(_bound, viewer)
    st.text_input(
        _("Search"),
        placeholder=_("Name, shop, e-mail or id"),
        icon=":material/search:",
        live=PAUSE,
        label_visibility="collapsed",
        width=250,
        **bound("f_text"),
    )
    st.pills(
        _("Expires"),
        EXPIRY,
        format_func=lambda value: (
            _("expired")
            if value == "expired"
            else _("in {days} days").format(days=value.replace("-", "–"))
        ),
        label_visibility="collapsed",
        wrap=True,
        **bound("f_expiry"),
    )
    st.multiselect(
        _("Marketplace"),
        sorted({*marketplaces(), *wanted.marketplaces}),
        format_func=lambda code: f"{code} · {country_name(code, Locale(viewer.language))}",
        placeholder=_("All marketplaces"),
        label_visibility="collapsed",
        width=200,
        **bound("f_marketplaces"),
    )
    quick_pills(viewer, bound)
    # What is in these two is drawn when they are open: a third of all widgets of the screen.
    more = st.popover(
        _("More filters"), icon=":material/tune:", key="more_filters", on_change="rerun"
    )
    if more.open:
        with more:
            _more(viewer, wanted, known_languages(), bound)
    views = st.popover(_("Views"), icon=":material/bookmarks:", key="views", on_change="rerun")
    if views.open:
        with views:
            views_panel(viewer, wanted)


def what_is_shown(
    viewer: Viewer,
    wanted: AccountFilter,
    matching: int,
    ignored: tuple[Ignored, ...],
    with_order: bool = True,
) -> None:
    """The filter as a sentence with the number of accounts, and the order of the list if it has
    one to choose."""
    _, plural = viewer.text, viewer.plural
    with st.container(horizontal=True, vertical_alignment="center"):
        found = plural("{n} account", "{n} accounts", matching).format(n=number(viewer, matching))
        said = wanted.sentence(_, partial(formats.day, viewer))
        st.markdown(f"**{found}** — {_as_code(said)}", width="content")
        if not wanted.is_empty:
            st.button(
                _("Clear filters"),
                icon=":material/filter_alt_off:",
                type="tertiary",
                key="clear",
                on_click=write_filter,
                args=(AccountFilter(sort=wanted.sort),),
            )
        if with_order:
            st.space("stretch")
            st.selectbox(
                _("Order"),
                SORTS,
                format_func=lambda sort: sort_name(viewer, sort),
                label_visibility="collapsed",
                width=240,
                **_bound(viewer, "f_sort"),
            )
    if ignored:
        asked = ", ".join(_as_code(f"{each.parameter} = {each.value}") for each in ignored)
        st.warning(
            _("The address asks for what means nothing here: {asked}").format(asked=asked),
            icon=":material/link_off:",
        )


def _as_code(said: str) -> str:
    """As code, so that nothing a link carries is read as Markdown: neither a backtick nor an empty
    line may end it."""
    one_line = " ".join(said.replace("`", "'").split())
    return f"`{one_line}`"


def sort_name(viewer: Viewer, sort: str) -> str:
    """An order of the list in words."""
    _ = viewer.text
    return {
        "urgency": _("Most urgent first"),
        "expiry": _("Expiry, soonest first"),
        "-expiry": _("Expiry, latest first"),
        "name": _("Seller, A to Z"),
        "-name": _("Seller, Z to A"),
        "-value": _("Money per day, most first"),
        "last_sync": _("Last good sync, oldest first"),
        "-last_sync": _("Last good sync, latest first"),
    }[sort]


def _more(viewer: Viewer, wanted: AccountFilter, known_languages: list[str], bound: Bound) -> None:
    _ = viewer.text
    day = {"value": None, "format": typed_day(viewer), "width": 150}
    day |= _ends(viewer, wanted)
    st.pills(
        _("Status"),
        list(Status),
        selection_mode="multi",
        format_func=lambda of: statuses.label(viewer, of),
        **bound("f_statuses"),
    )
    days = {"min_value": 0, "max_value": MAX_DAYS, "value": None, "step": 1}
    st.number_input(_("Expires in more than this many days"), **days, **bound("f_beyond"))
    st.number_input(_("Expires within this many days"), **days, **bound("f_within"))
    with st.container(horizontal=True):
        st.date_input(_("Expires from"), **day, **bound("f_expires_from"))
        st.date_input(_("Expires until"), **day, **bound("f_expires_to"))
    st.pills(_("Region"), REGIONS, selection_mode="multi", **bound("f_regions"))
    st.pills(
        _("Plan"),
        PLANS,
        selection_mode="multi",
        format_func=lambda plan: _("Professional") if plan == "professional" else _("Individual"),
        **bound("f_plans"),
    )
    st.multiselect(
        _("Language of the seller"),
        sorted({*known_languages, *wanted.languages}),
        format_func=lambda code: _language(viewer, code),
        placeholder=_("all"),
        **bound("f_languages"),
    )
    more_casework(viewer, bound)


def _ends(viewer: Viewer, wanted: AccountFilter) -> dict[str, date]:
    """Between which days one can choose, those of the filter among them: what lies beyond its ends
    a widget takes out of the filter."""
    today, far = viewer.now().date(), timedelta(days=MAX_DAYS)
    asked = [day for day in (wanted.expires_from, wanted.expires_to) if day is not None]
    return {
        "min_value": min([today - far, *asked]),
        "max_value": max([today + far, *asked]),
    }


def _fill(viewer: Viewer, wanted: AccountFilter) -> None:
    """Sets every widget to what the address says, before it is drawn."""
    typed = st.session_state.get("f_text") or ""
    st.session_state.update(
        # A space at its end, which the address leaves out, may have the next word still to come.
        f_text=typed if typed.strip() == wanted.text else wanted.text,
        f_expiry=preset_of(wanted),
        f_marketplaces=list(wanted.marketplaces),
        f_statuses=list(wanted.statuses),
        f_within=wanted.within,
        f_beyond=wanted.beyond,
        f_expires_from=wanted.expires_from,
        f_expires_to=wanted.expires_to,
        f_regions=list(wanted.regions),
        f_plans=list(wanted.plans),
        f_languages=list(wanted.languages),
        f_sort=wanted.sort,
        **casework_values(viewer, wanted),
    )


def _bound(viewer: Viewer, key: str) -> dict[str, Any]:
    """The key of a widget, and that using it changes the address."""
    return {"key": key, "on_change": _used, "args": (viewer, key)}


def _used(viewer: Viewer, key: str) -> None:
    """Takes what a widget says now into the address.

    That one alone, and into the address of now: a click before this one may have changed it since
    the widgets were drawn.
    """
    wanted, _ignored = filter_from_url()
    write_filter(_with(viewer, wanted, key, st.session_state[key]))


def _with(viewer: Viewer, wanted: AccountFilter, key: str, said: Any) -> AccountFilter:
    if key == "f_expiry":
        return with_preset(wanted, said)
    if key == "f_case":
        return with_quick_pills(viewer, wanted, said)
    if key == "f_owners":
        return with_owners(wanted, said)
    if key == "f_text":
        return replace(wanted, text=(said or "").strip())
    said = tuple(said) if isinstance(said, list) else said
    return replace(wanted, **{key.removeprefix("f_"): said})


def _language(viewer: Viewer, code: str) -> str:
    return Locale(viewer.language).languages.get(code, code)
