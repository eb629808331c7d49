"""Data: where the accounts come from, and what is odd about them."""

import streamlit as st

from data_access.freshness import freshness
from pages.parts.data_sources import data_sources
from pages.parts.failures import said_plainly
from pages.parts.funnel import funnel
from pages.parts.job_runs import digest_runs, reminder_runs
from pages.parts.oddities import odd_accounts, oddities
from pages.parts.viewer import require_viewer

viewer = require_viewer()
_ = viewer.text
as_of = viewer.now()

st.title(_("Data"), anchor=False)
with said_plainly(viewer), st.spinner(_("Examining the accounts …")):
    sources = freshness()
    odd = odd_accounts(viewer, as_of)
data_sources(viewer, sources, as_of)
with said_plainly(viewer):
    reminder_runs(viewer)
    digest_runs(viewer, as_of)
    funnel(viewer, as_of)
oddities(viewer, odd)
