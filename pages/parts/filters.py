"""The filter bar: what is shown, in widgets and in a sentence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import streamlit as st
from babel import Locale

from data_access.marketplaces import country_name, marketplaces
from pages.parts import formats, statuses
from pages.parts.filter_casework import (
    casework_values,
    more_casework,
    quick_pills,
    with_casework,
)
from pages.parts.filter_views import views_panel
from pages.parts.formats import number, typed_day
from pages.parts.url import write_filter
from pages.parts.viewer import Viewer
from rules.account_filter import MAX_DAYS, PLANS, REGIONS, SORTS, AccountFilter, Ignored
from rules.authorization import Status

PAUSE = "500ms"
"""So long after the last letter the screen looks for what is typed; each time is a step that the
browser's back button goes back. The rows of the list follow sooner (rows_ahead)."""

PRESETS = (7, 14, 30, 60, 90)
SOON = "8-30"
"""Those to be written to before it gets urgent: after a week, within the widest band."""

_SOON = {"beyond": 7, "within": 30}

EXPIRY = ("expired", "7", SOON, *map(str, PRESETS[1:]))
"""What is asked for with one click."""


def filter_bar(
    viewer: Viewer, wanted: AccountFilter, known_languages: Callable[[], list[str]]
) -> None:
    """Draws the widgets of a filter in a row; using one changes the address and with it the page.

    known_languages: asked when the filters are opened that offer them.
    """
    _ = viewer.text
    _fill(viewer, wanted)
    changed = {"on_change": _changed, "args": (viewer, wanted)}
    st.text_input(
        _("Search"),
        key="f_text",
        placeholder=_("Name, shop, e-mail or id"),
        icon=":material/search:",
        live=PAUSE,
        label_visibility="collapsed",
        width=250,
        **changed,
    )
    st.pills(
        _("Expires"),
        EXPIRY,
        format_func=lambda value: (
            _("expired")
            if value == "expired"
            else _("in {days} days").format(days=value.replace("-", "–"))
        ),
        key="f_expiry",
        label_visibility="collapsed",
        wrap=True,
        **changed,
    )
    st.multiselect(
        _("Marketplace"),
        sorted({*marketplaces(), *wanted.marketplaces}),
        format_func=lambda code: f"{code} · {country_name(code, Locale(viewer.language))}",
        key="f_marketplaces",
        placeholder=_("All marketplaces"),
        label_visibility="collapsed",
        width=200,
        **changed,
    )
    quick_pills(viewer, changed)
    # What is in these two is drawn when they are open: a third of all widgets of the screen.
    more = st.popover(
        _("More filters"), icon=":material/tune:", key="more_filters", on_change="rerun"
    )
    if more.open:
        with more:
            _more(viewer, wanted, known_languages(), changed)
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
                key="f_sort",
                label_visibility="collapsed",
                width=240,
                on_change=_changed,
                args=(viewer, wanted),
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


def _more(viewer: Viewer, wanted: AccountFilter, known_languages: list[str], changed: dict) -> None:
    _ = viewer.text
    day = {"value": None, "format": typed_day(viewer), "width": 150}
    day |= _ends(viewer, wanted) | changed
    st.pills(
        _("Status"),
        list(Status),
        selection_mode="multi",
        format_func=lambda of: statuses.label(viewer, of),
        key="f_statuses",
        **changed,
    )
    days = {"min_value": 0, "max_value": MAX_DAYS, "value": None, "step": 1, **changed}
    st.number_input(_("Expires in more than this many days"), key="f_beyond", **days)
    st.number_input(_("Expires within this many days"), key="f_within", **days)
    with st.container(horizontal=True):
        st.date_input(_("Expires from"), key="f_from", **day)
        st.date_input(_("Expires until"), key="f_to", **day)
    st.pills(_("Region"), REGIONS, selection_mode="multi", key="f_regions", **changed)
    st.pills(
        _("Plan"),
        PLANS,
        selection_mode="multi",
        format_func=lambda plan: _("Professional") if plan == "professional" else _("Individual"),
        key="f_plans",
        **changed,
    )
    st.multiselect(
        _("Language of the seller"),
        sorted({*known_languages, *wanted.languages}),
        format_func=lambda code: _language(viewer, code),
        key="f_languages",
        placeholder=_("all"),
        **changed,
    )
    more_casework(viewer, changed)


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
        f_expiry=_preset(wanted),
        f_marketplaces=list(wanted.marketplaces),
        f_statuses=list(wanted.statuses),
        f_within=wanted.within,
        f_beyond=wanted.beyond,
        f_from=wanted.expires_from,
        f_to=wanted.expires_to,
        f_regions=list(wanted.regions),
        f_plans=list(wanted.plans),
        f_languages=list(wanted.languages),
        f_sort=wanted.sort,
        **casework_values(viewer, wanted),
    )


def _changed(viewer: Viewer, before: AccountFilter) -> None:
    """Reads the widgets back into the address after one was used."""
    now = st.session_state
    wanted = replace(
        before,
        text=(now.f_text or "").strip(),
        marketplaces=tuple(now.f_marketplaces),
        statuses=tuple(now.f_statuses),
        within=now.f_within,
        beyond=now.f_beyond,
        expires_from=now.f_from,
        expires_to=now.f_to,
        regions=tuple(now.f_regions),
        plans=tuple(now.f_plans),
        languages=tuple(now.f_languages),
        sort=now.f_sort,
    )
    wanted = with_casework(viewer, before, wanted, now)
    write_filter(_with_preset(before, wanted, now.f_expiry))


def _with_preset(before: AccountFilter, wanted: AccountFilter, preset: str | None) -> AccountFilter:
    """The presets stand for a status or for days, whichever of both was used last."""
    if preset == _preset(before):
        return wanted
    if preset == "expired":
        return replace(wanted.without_window(), statuses=(Status.EXPIRED,))
    only_expired = before.statuses == (Status.EXPIRED,) and not before.has_window
    wanted = replace(wanted.without_window(), statuses=() if only_expired else wanted.statuses)
    if preset == SOON:
        return replace(wanted, **_SOON)
    return replace(wanted, within=int(preset) if preset else None)


def asked_by_presets(wanted: AccountFilter) -> list[AccountFilter]:
    """What a click on each of EXPIRY asks for; on the one that is in force, for all again."""
    now = _preset(wanted)
    return [_with_preset(wanted, wanted, None if each == now else each) for each in EXPIRY]


def _preset(wanted: AccountFilter) -> str | None:
    """The preset that a filter is, if it is one."""
    if wanted.statuses == (Status.EXPIRED,) and not wanted.has_window:
        return "expired"
    of_all = wanted.without_window()
    if wanted == replace(of_all, **_SOON):
        return SOON
    days = wanted.within
    return str(days) if days in PRESETS and wanted == replace(of_all, within=days) else None


def _language(viewer: Viewer, code: str) -> str:
    return Locale(viewer.language).languages.get(code, code)
