"""Prevention as it is reported: one number at the top, then months or cohorts with definitions."""

from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st

from pages.parts import formats
from pages.parts.prevention_chart import prevention_chart
from pages.parts.prevention_data import cohorts, months
from pages.parts.viewer import Viewer


def headline(viewer: Viewer, as_of: datetime) -> None:
    """The last whole month: share renewed before expiry, days before, blocked days; with the month
    before for comparison."""
    _ = viewer.text
    with st.spinner(_("Counting renewals …")):
        last, before = (row for _n, row in months(as_of).iloc[1:3].iterrows())
    with st.container(horizontal=True, gap="xsmall", key="tiles_wide_prevention"):
        for label, value, change in (
            (
                _("Renewed before expiry, {month}").format(month=formats.month(viewer, last.month)),
                share(viewer, last.share_in_time),
                _change(viewer, (last.share_in_time - before.share_in_time) * 100, _("{n} points")),
            ),
            (
                _("Median days before expiry"),
                _days(viewer, last.median_days),
                _change(viewer, last.median_days - before.median_days),
            ),
            (
                _("Blocked days"),
                formats.number(viewer, last.blocked_days),
                _change(viewer, round(last.blocked_days - before.blocked_days), color="inverse"),
            ),
        ):
            with st.container(border=True, gap=None):
                st.metric(label, value, **change)
    st.caption(
        _(
            "Share of the expiries due in {month} that were renewed before, compared with "
            "{before}. Months, cohorts and definitions stand below."
        ).format(
            month=formats.month(viewer, last.month), before=formats.month(viewer, before.month)
        )
    )


def report(viewer: Viewer, as_of: datetime) -> None:
    """Chart and table by month or by cohort, and what each figure means."""
    _ = viewer.text
    st.header(_("Prevention"), anchor=False)
    by = st.segmented_control(
        _("By"),
        ["month", "cohort"],
        default="month",
        required=True,
        format_func=lambda name: {
            "month": _("By month of expiry"),
            "cohort": _("By month of the first grant"),
        }[name],
        key="prevention_by",
        label_visibility="collapsed",
    )
    with st.spinner(_("Counting renewals …")):
        found = months(as_of) if by == "month" else cohorts(as_of)
    labels = [
        _("earlier") if pd.isna(first) else formats.short_month(viewer, first)
        for first in found.iloc[:, 0]
    ]
    if found.empty:
        st.info(_("No expiry of the last months is known."), icon=":material/event_busy:")
    else:
        prevention_chart(viewer, found, labels)
        if by == "month":
            labels[0] += " " + _("(so far)")
        _table(viewer, found, labels)
    st.caption(definitions(viewer, as_of))


def definitions(viewer: Viewer, as_of: datetime) -> str:
    """What each figure means, and since when it holds."""
    return viewer.text(
        "**Renewed before expiry**: the share of the expiries due in the month that were renewed "
        "before; all others lapsed. An account that is paused does not count while its lapse "
        "lasts. **Median days**: whole days from the renewal to the expiry it prevented. **Blocked "
        "days**: days of the month on which accounts were expired, summed over accounts. "
        "**First grant**: the earliest that the history knows. Months of {zone}; counted on "
        "{time} from the history, not estimated."
    ).format(zone=as_of.tzinfo, time=formats.moment_with_zone(viewer, as_of))


def share(viewer: Viewer, value: float) -> str:
    """A share, or a dash where there was nothing to share."""
    return "–" if pd.isna(value) else formats.percent(viewer, value)


def _days(viewer: Viewer, value: float) -> str:
    return "–" if pd.isna(value) else formats.decimal(viewer, value)


def _change(
    viewer: Viewer, difference: float, text: str = "{n}", color: str = "normal"
) -> dict[str, str]:
    """How a tile shows a difference to the month before; none has neither arrow nor colour.

    color: "normal" where more is better, "inverse" where less is
    """
    if pd.isna(difference):
        return {}
    difference = round(difference, 1)
    if not difference:
        return {"delta": text.format(n="±0"), "delta_color": "off", "delta_arrow": "off"}
    # Streamlit tells rising from falling by an ASCII minus.
    sign = "+" if difference > 0 else ""
    return {
        "delta": text.format(n=sign + formats.decimal(viewer, difference)),
        "delta_color": color,
    }


def _table(viewer: Viewer, found: pd.DataFrame, labels: list[str]) -> None:
    _ = viewer.text
    shown = {
        "share_in_time": (_("Renewed before expiry"), share),
        "renewed_in_time": (_("In time"), formats.number),
        "lapses_begun": (_("Lapsed"), formats.number),
        "median_days": (_("Median days before"), _days),
        "blocked_days": (_("Blocked days"), formats.number),
    }
    figures = found[list(shown)].set_axis(pd.Index(labels, name=_("Month")))
    figures.columns = [name for name, _write in shown.values()]
    # Numbers, which a table sets right, written as the viewer reads them.
    styled = figures.style.format({name: partial(write, viewer) for name, write in shown.values()})
    with st.container(key="figures_prevention"):
        st.table(styled, border="horizontal")
