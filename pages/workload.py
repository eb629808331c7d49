"""Workload: what the next year asks of the team, and how well lapses are prevented."""

import streamlit as st

from data_access.overview import overview
from data_access.settings import settings
from pages.parts.calendar_part import calendars
from pages.parts.failures import said_plainly
from pages.parts.listing import no_accounts
from pages.parts.live import stop
from pages.parts.prevention_data import counted_at
from pages.parts.prevention_report import headline, report
from pages.parts.viewer import require_viewer
from pages.parts.workload_chart import follow_click, workload_chart
from pages.parts.workload_data import plan_of
from pages.parts.workload_load import (
    assumptions_and_export,
    cliffs,
    load_figures,
    tried_effort,
)
from pages.parts.workload_proposal import asked_level, proposal
from rules.account_filter import AccountFilter

viewer = require_viewer()
_ = viewer.text

follow_click()

st.title(_("Workload"), anchor=False)
with said_plainly(viewer):
    plan = plan_of(viewer, tried_effort, *asked_level())
    if overview(AccountFilter(), plan.as_of, settings().bands).total == 0:
        no_accounts(viewer)
        stop(viewer)
    counted = counted_at(viewer)
    # Stands first and is filled last: counting a long history must not keep the chart waiting.
    at_the_top = st.container()
    st.header(_("The year ahead"), anchor=False)
    load_figures(viewer, plan)
    assumptions_and_export(viewer, plan)
    workload_chart(viewer, plan)
    cliffs(viewer, plan)
    proposal(viewer, plan)
    with at_the_top:
        headline(viewer, counted)
    report(viewer, counted)
    calendars(viewer)
