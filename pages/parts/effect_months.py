"""After the lapses: the months, and a report of each lapse that has ended."""

import pandas as pd
import streamlit as st

from data_access.account_detail import version
from data_access.lapse_months import lapse_months
from data_access.lapse_report import ended_lapses, report_path
from data_access.settings import settings
from pages.parts import formats
from pages.parts.effect_data import Effect
from pages.parts.viewer import Viewer

SHOWN = 50


def months(viewer: Viewer, effect: Effect) -> None:
    """The last twelve months, and the lapses that ended last; both of all accounts."""
    _ = viewer.text
    # The months are those that have passed, whatever moment the address speaks about.
    with st.expander(
        _("Past lapses, month by month"),
        icon=":material/calendar_month:",
        key="months",
        on_change="rerun",
    ) as expander:
        if not expander.open:
            return
        state = settings().database_url, version(), effect.in_force.values
        key = repr((state, viewer.zone.key, viewer.now().date()))
        _table_of_months(viewer, _months(key, viewer))
        _reports(viewer)


def _table_of_months(viewer: Viewer, found: pd.DataFrame) -> None:
    _ = viewer.text
    shown = pd.DataFrame(
        {
            _("Blocked days"): [formats.number(viewer, days) for days in found["blocked_days"]],
            _("Orders delayed ≈"): [formats.estimate(viewer, n) for n in found["orders_delayed"]],
            _("Lapses begun"): [formats.number(viewer, n) for n in found["lapses_begun"]],
            _("Renewed in time"): [formats.number(viewer, n) for n in found["renewed_in_time"]],
            _("Share in time"): [
                "–" if pd.isna(share) else formats.percent(viewer, share)
                for share in found["share_in_time"]
            ],
        },
        index=pd.Index([formats.month(viewer, each) for each in found["month"]], name=_("Month")),
    )
    st.table(shown, border="horizontal")
    st.caption(
        _(
            "All accounts. Orders delayed are an estimate: blocked days × orders a day. The share "
            "is that of the expiries in the month that a renewal came before."
        )
    )


def _reports(viewer: Viewer) -> None:
    _ = viewer.text
    found = ended_lapses(SHOWN)
    if found.empty:
        st.caption(_("No lapse has ended yet."))
        return
    st.markdown("**" + _("Lapses that ended last, each with its report") + "**")
    began, ended = _("Lapsed"), _("Renewed")
    rows = [
        {
            "seller": row.seller_name,
            "report": report_path(
                row.account_id, row.began_at, viewer.language, viewer.zone.key, viewer.name
            ),
            "began": formats.moment(viewer, row.began_at),
            "ended": formats.moment(viewer, row.ended_at),
        }
        for row in found.itertuples()
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height=min(len(rows), 8) * 36 + 39,
        row_height=36,
        column_config={
            "seller": st.column_config.TextColumn(_("Seller"), width=260),
            "report": st.column_config.LinkColumn(
                _("Report"), display_text=_("Report") + " ↗", width=100
            ),
            "began": st.column_config.TextColumn(began, width=190),
            "ended": st.column_config.TextColumn(ended, width=190),
        },
        alt=_("Lapses that ended last, each with its report"),
    )


@st.cache_resource(max_entries=4, show_spinner=False)
def _months(key: str, _viewer: Viewer) -> pd.DataFrame:
    # Months of the team's zone, as they are reported.
    return lapse_months(_viewer.now().astimezone(settings().zone))
