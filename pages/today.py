"""Today: what is blocked, whom to call first and why, what is due, what changed since last time."""

import streamlit as st

from data_access.case_reading import holdings
from data_access.freshness import freshness
from data_access.settings import settings
from data_access.visits import arrive
from data_access.work_list import counted
from pages.parts import outreach, outreach_many
from pages.parts.bulk_bar import bulk_bar
from pages.parts.counters import stale_data
from pages.parts.deeds import undo_bar
from pages.parts.failures import said_plainly
from pages.parts.listing import no_accounts
from pages.parts.live import stop
from pages.parts.opening import go_to_opened
from pages.parts.plan_dialog import plan_dialog
from pages.parts.today_data import blocked_now, call_list, group_list, now_effect
from pages.parts.today_groups import asked_group, asked_since, group_links, group_name
from pages.parts.today_head import blocked_figures, how_many_shown, list_head, page_head
from pages.parts.today_table import today_table
from pages.parts.today_team import colleagues, handover
from pages.parts.url import show_address
from pages.parts.viewer import require_viewer

viewer = require_viewer()
_ = viewer.text
as_of = viewer.now()

go_to_opened()

with said_plainly(viewer):
    show_address()
    sources = freshness()
    page_head(viewer, sources, as_of)
    effect = now_effect(viewer)
    if not len(effect.columns):
        no_accounts(viewer)
        stop(viewer)
    stale_data(viewer, sources, as_of)
    blocked = blocked_now(effect)
    blocked_figures(viewer, blocked)

    shown = asked_group()
    since = asked_since(arrive(viewer.name, as_of).astimezone(viewer.zone))
    counts = counted(since, as_of)
    group_links(viewer, counts, since, shown)

    whose = list_head(viewer, shown)
    if shown is None:
        work = call_list(viewer, effect, whose, as_of)
    else:
        work = group_list(shown, since, as_of, counts[shown])
    selected = []
    if work.rows.empty:
        st.info(_("Nothing is left to do here."), icon=":material/task_alt:")
    else:
        heading = group_name(viewer, shown)
        selected = today_table(viewer, work, as_of, shown or whose, heading)
        st.caption(how_many_shown(viewer, work, shown))
    bulk_bar(viewer, selected, as_of, len(work.rows))
    if selected:
        outreach_many.offer_selected(viewer, [int(row.id) for row in selected])

    held = holdings(as_of, max(settings().bands))
    st.header(_("Who holds what"), anchor=False)
    colleagues(viewer, held, as_of)
    st.header(_("For the next shift"), anchor=False)
    st.code(handover(viewer, blocked, counts, held, since, as_of), language=None, wrap_lines=True)
    undo_bar(viewer)
    plan_dialog(viewer)

outreach.show_asked(viewer)
outreach_many.show_asked(viewer)
