"""How far renewals come, over all accounts."""

from datetime import datetime, timedelta

import streamlit as st

from data_access.database import reading
from data_access.funnel import Step, totals
from pages.parts import formats
from pages.parts.account_renewal import step_name
from pages.parts.viewer import Viewer

DAYS = 30


def funnel(viewer: Viewer, as_of: datetime) -> None:
    """How many renewals came to each step in the last DAYS days."""
    _ = viewer.text
    st.header(_("Renewals of the last {days} days").format(days=DAYS), anchor=False)
    with reading() as connection:
        counted = totals(connection, as_of - timedelta(days=DAYS))
    with st.container(horizontal=True, gap="xsmall", key="tiles_wide_funnel"):
        for step, renewals in counted.items():
            if step is Step.MADE:
                # Only of links handed out by command: a screen makes one at each look at a row.
                continue
            st.metric(step_name(viewer, step), formats.number(viewer, renewals), border=True)
