"""Erasing a seller from their account's screen; for admins."""

from contextlib import suppress

import streamlit as st

from data_access.account_detail import AccountDetail
from data_access.erased import REASON
from data_access.erasure import NoSuchSeller, accounts_of, erase
from pages.parts import formats
from pages.parts.failures import said_plainly
from pages.parts.viewer import Viewer
from rules.acts import Act

ASKED = "erasing_account"


def erasing(viewer: Viewer, detail: AccountDetail) -> None:
    """A button that opens the question; nothing for others than admins, or where it was done."""
    _, account = viewer.text, detail.account
    if account.paused_reason == REASON or not viewer.actor.may(Act.ERASE_SELLER):
        return
    st.button(
        _("Erase this seller …"),
        icon=":material/person_remove:",
        type="tertiary",
        key="erase",
        on_click=_ask,
        args=(account.id,),
    )
    if st.session_state.get(ASKED) == account.id:
        title = _("Erase {seller}").format(seller=formats.plain(account.seller_name))
        question = st.dialog(title, width="medium", on_dismiss=_leave)
        question(_question)(viewer, account.customer_number, account.seller_source)


def _question(viewer: Viewer, customer_number: str, source: str) -> None:
    # In here: what is pressed in a dialog draws the dialog alone.
    with said_plainly(viewer):
        _form(viewer, customer_number, source)


def _form(viewer: Viewer, customer_number: str, source: str) -> None:
    _, plural = viewer.text, viewer.plural
    accounts = accounts_of(customer_number, source)
    counted = plural("{n} account", "{n} accounts", len(accounts)).format(n=len(accounts))
    gone = _("Name, contact, notes, message texts and tokens of this seller go, with {accounts}.")
    st.markdown(gone.format(accounts=f"**{counted}**"))
    st.markdown(
        _(
            "Dates, lapses and counts stay, under a pseudonym. The next reading of the source "
            "does not bring the seller back. Backups still hold them."
        )
    )
    st.warning(_("This cannot be undone."), icon=":material/warning:")
    typed = st.text_input(
        _("Type the customer number {number} to confirm").format(
            number=formats.plain(customer_number)
        ),
        key="erase_number",
        autocomplete="off",
    )
    if st.button(
        _("Erase for good"),
        type="primary",
        icon=":material/delete_forever:",
        key="erase_now",
        disabled=typed.strip() != customer_number,
    ):
        # Where there is none any more, somebody else was faster.
        with suppress(NoSuchSeller):
            erase(customer_number, source, viewer.actor, viewer.now())
        _leave()
        st.rerun()


def _ask(account_id: int) -> None:
    st.session_state[ASKED] = account_id
    st.session_state["erase_number"] = ""


def _leave() -> None:
    st.session_state.pop(ASKED, None)
