"""One account: dates, contact, status with its cause, what is blocked, history, the renew link."""

import streamlit as st

from data_access.account_detail import NoSuchAccount, account_detail
from data_access.account_rows import facts
from data_access.settings import settings
from pages.parts import (
    account_case,
    account_facts,
    account_renewal,
    account_sync,
    call_card,
    message_list,
    outreach,
    statuses,
)
from pages.parts.account_reminders import account_reminders
from pages.parts.deeds import undo_bar
from pages.parts.erasing import erasing
from pages.parts.failures import said_plainly
from pages.parts.formats import plain
from pages.parts.live import stop
from pages.parts.places import ACCOUNTS
from pages.parts.plan_dialog import plan_dialog
from pages.parts.viewer import require_viewer
from rules.address_values import number_in
from rules.authorization import status

viewer = require_viewer()
_ = viewer.text
as_of = viewer.now()

st.page_link(ACCOUNTS, label=_("All accounts"), icon=":material/arrow_back:")

asked = st.query_params.get("id", "")
try:
    with said_plainly(viewer):
        detail = account_detail(number_in(asked) or 0)
except NoSuchAccount:
    st.error(
        _("There is no such account. It may have been removed, or the address is not complete."),
        icon=":material/person_off:",
    )
    stop(viewer)

of = status(facts(detail.account), as_of, settings().bands)
with said_plainly(viewer):
    story = account_sync.story_now(detail, as_of)
# Two rows, so that on a phone the link and what is agreed come before what is seldom needed.
what_is, to_do = st.columns([3, 2], gap="large")
with what_is:
    st.title(plain(detail.account.seller_name), anchor=False)
    st.header(statuses.coloured(viewer, of), anchor=False)
    st.markdown(statuses.cause(viewer, of))
    account_facts.dates(viewer, detail, of, as_of)
    account_sync.account_sync(viewer, of, story, as_of)
with to_do:
    account_facts.renewing(viewer, detail, of)
    with said_plainly(viewer):
        account_renewal.steps(viewer, detail.account.id)
    with st.container(horizontal=True):
        outreach.button(viewer, detail.account.id)
        account_renewal.sent_button(viewer, detail.account.id, detail.account.seller_name)
    call_card.whom(viewer, detail.account, as_of)
    with said_plainly(viewer):
        account_case.account_case(viewer, detail, as_of)

what_comes, about = st.columns([3, 2], gap="large")
with what_comes:
    account_sync.days_and_inputs(viewer, story, as_of)
    message_list.of_account(viewer, detail.account.id)
    account_facts.history(viewer, detail, as_of)
with about:
    account_facts.contact(viewer, detail)
    account_facts.siblings(viewer, detail)
    with said_plainly(viewer):
        account_reminders(viewer, detail.account.id)
        account_renewal.trial(viewer, detail.account.id)
        erasing(viewer, detail)
undo_bar(viewer)
plan_dialog(viewer)

outreach.show_asked(viewer)
