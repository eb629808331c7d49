"""Writing to one seller: the message in their language, to be changed, looked at, and sent."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import streamlit as st
from babel import Locale

from data_access.account_rows import facts
from data_access.case_batches import Done, Progress
from data_access.link_handing import note_sent
from data_access.mails import WrongAddress
from data_access.message_html import as_html
from data_access.message_templates import message_languages
from data_access.messages import Account, Written, account_row, language_for, write
from data_access.outbox import FAILED, SENT
from data_access.outbox_list import batch_of
from data_access.outbox_sending import send_due
from data_access.outreach import mailto, reasons_for, send_one
from data_access.settings import settings
from data_access.smtp import can_send
from data_access.texts import primary
from pages.parts import call_card, formats, message_words, statuses
from pages.parts.allowed import refusal
from pages.parts.deeds import carry_out
from pages.parts.failures import said_plainly
from pages.parts.formats import plain
from pages.parts.row_buttons import button_column
from pages.parts.viewer import Viewer
from rules.acts import Act
from rules.authorization import status
from rules.casework import round_of

ASKED = "write_to"
SENT_AS = "written_batch"
ROUND = "write_round"
"""The round whose text was drawn last: what was worded for it goes to nobody in the next."""

PREVIEW_HEIGHT = 480


def ask(account_id: int) -> None:
    """Opens the dialog for an account when the page is drawn next."""
    _forget()
    st.session_state[ASKED] = int(account_id)


def write_column(viewer: Viewer, key: str, ids: list[int]) -> Any:
    """A column of the table `key` whose buttons open the dialog for the accounts of its rows,
    `ids`: those who may not write find the call card there."""
    label = column_name(viewer)
    return button_column(label, key, "write", ids, ask, width=76, type="tertiary")


def column_name(viewer: Viewer) -> str:
    """Over the buttons that open it."""
    _ = viewer.text
    return _("Message") if viewer.may(Act.SEND_MESSAGE) else _("Call card")


def row_words(viewer: Viewer) -> str:
    """In the rows of that column."""
    _ = viewer.text
    return _("Write") if viewer.may(Act.SEND_MESSAGE) else _("Look")


def button(viewer: Viewer, account_id: int) -> None:
    """Opens the dialog from an account's own screen."""
    _ = viewer.text
    may = viewer.may(Act.SEND_MESSAGE)
    st.button(
        _("Write to the seller, or call") if may else _("Call card"),
        type="primary" if may else "secondary",
        icon=":material/mail:" if may else ":material/call:",
        key="write",
        on_click=ask,
        args=(account_id,),
    )


def show_asked(viewer: Viewer) -> None:
    """The dialog, as long as somebody has it open: it outlives a page that is drawn anew."""
    if ASKED not in st.session_state:
        return
    with said_plainly(viewer):
        account = account_row(st.session_state[ASKED])
    if account is None:
        del st.session_state[ASKED]
        return
    title, icon = plain(account.seller_name), ":material/call:"
    if viewer.may(Act.SEND_MESSAGE):
        title, icon = viewer.text("Write to {seller}").format(seller=title), ":material/mail:"
    st.dialog(title, width="large", icon=icon, on_dismiss=_forget)(_dialog)(viewer, account)


def _forget() -> None:
    for key in (ASKED, SENT_AS, ROUND):
        st.session_state.pop(key, None)


def _dialog(viewer: Viewer, account: Account) -> None:
    with said_plainly(viewer):
        if SENT_AS in st.session_state:
            _result(viewer, st.session_state[SENT_AS])
            return
        as_of = viewer.now()
        _head(viewer, account, as_of)
        if not viewer.may(Act.SEND_MESSAGE):
            st.caption(refusal(viewer, Act.SEND_MESSAGE))
            call_card.call_card(viewer, account, as_of)
            return
        _ = viewer.text
        has_renewed = _has_renewed(account)
        if has_renewed:
            said = _("The seller has renewed meanwhile. Nothing was sent; this is another text.")
            st.info(said, icon=":material/autorenew:")
        language = _language(viewer, account)
        message = write(account, as_of, viewer.name, language)
        text, look, copy, call = st.tabs(
            [_("Message"), _("Preview"), _("Copy"), _("Call card")], key=f"write_{account.id}"
        )
        with text:
            subject, body = _fields(viewer, account, message)
            _buttons(viewer, account, subject, body, language, has_renewed)
        with look:
            preview(viewer, account.email, subject, body, language)
        with copy:
            st.code(f"{subject}\n\n{body}", language=None, wrap_lines=True, height=420)
        with call:
            call_card.call_card(viewer, account, as_of)


def _head(viewer: Viewer, account: Account, as_of: datetime) -> None:
    _ = viewer.text
    now = status(facts(account), as_of, settings().bands)
    to = plain(account.email) or _("no mail address known")
    left = formats.left(viewer, account.expires_at, as_of)
    st.markdown(f"{statuses.coloured(viewer, now)} · {left} · {to}")
    against = [
        message_words.reason(viewer, each)
        for each in reasons_for(account, as_of)
        if each != "not_due"
    ]
    if against:
        st.warning(" · ".join(against), icon=":material/front_hand:")


def _language(viewer: Viewer, account: Account) -> str:
    _ = viewer.text
    offered = message_languages()
    theirs = primary(account.language)
    language = st.selectbox(
        _("Language"),
        offered,
        index=offered.index(language_for(account.language)),
        format_func=lambda code: Locale(code).get_display_name(viewer.language).capitalize(),
        key=f"write_language_{account.id}",
        width=220,
    )
    if account.language and theirs not in offered:
        st.caption(
            ":material/translate: "
            + _("No texts in {wanted}: written in {language}.").format(
                wanted=call_card.language_name(viewer, account.language),
                language=call_card.language_name(viewer, language),
            )
        )
    return language


def _fields(viewer: Viewer, account: Account, message: Written) -> tuple[str, str]:
    _ = viewer.text
    key = f"{account.id}_{message.language}_{round_of(account.granted_at)}"
    subject = st.text_input(_("Subject"), message.subject, max_chars=200, key=f"subject_{key}")
    text = st.text_area(_("Text"), message.text, height=330, key=f"text_{key}")
    return subject, text


def _has_renewed(account: Account) -> bool:
    """Whether the seller has since the dialog was drawn last; so it is true once."""
    now = round_of(account.granted_at)
    before = st.session_state.get(ROUND, now)
    st.session_state[ROUND] = now
    return before != now


def _buttons(
    viewer: Viewer, account: Account, subject: str, text: str, language: str, has_renewed: bool
) -> None:
    """has_renewed: what was pressed was pressed beside a text that is no longer there."""
    _ = viewer.text
    why_not = message_words.why_not_sending(viewer)
    address, whole = mailto(account.email, subject, text)
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed_send = st.button(
            _("Send"),
            type="primary",
            icon=":material/send:",
            key="write_send",
            disabled=not (can_send() and account.email and text.strip()),
        )
        if pressed_send and not has_renewed:
            _send(viewer, account, subject, text, language)
        st.link_button(
            _("Open in mail program"),
            address,
            icon=":material/open_in_new:",
            disabled=not account.email,
        )
        sent = st.button(
            _("I have sent it"),
            icon=":material/outgoing_mail:",
            type="tertiary",
            key="write_sent",
            help=_("Writes down that you sent it yourself."),
        )
    if sent:
        noted_as_sent(viewer, account.id, account.seller_name)
    if not whole:
        st.caption(_("The mail program gets only the beginning: take the whole text from “Copy”."))
    if why_not:
        st.caption(f":material/info: {why_not}")


def _send(viewer: Viewer, account: Account, subject: str, text: str, language: str) -> None:
    _ = viewer.text
    try:
        with st.spinner(_("Sending …")):
            batch = send_one(viewer.actor, account, subject, text, language, viewer.now())
            send_due(batch=batch)
    except WrongAddress as error:
        st.error(plain(str(error)), icon=":material/alternate_email:")
        return
    st.session_state[SENT_AS] = batch
    st.rerun()


def noted_as_sent(viewer: Viewer, account_id: int, seller_name: str) -> None:
    """Writes down that the viewer has sent an account's link themselves, and draws the screen
    anew."""
    _ = viewer.text

    def deeds(_progress: Progress) -> Iterator[Done]:
        yield note_sent(account_id, viewer.actor, viewer.now())

    told = _("{seller}: noted as sent.").format(seller=plain(seller_name))
    if carry_out(viewer, told, deeds):
        # A dialog stands before the undo bar.
        st.toast(_("Noted."), icon=":material/check:")
        st.rerun()


def _result(viewer: Viewer, batch: str) -> None:
    """What became of the message, in the mail server's words where it was not taken."""
    _ = viewer.text
    for row in batch_of(batch).itertuples():
        to, why = plain(row.recipient), plain(message_words.reason(viewer, row.failure))
        if row.state == SENT:
            st.success(
                _("The mail server has accepted the message to {to}.").format(to=to),
                icon=":material/mark_email_read:",
            )
        elif row.state == FAILED:
            st.error(
                _("Not sent to {to}: {why}").format(to=to, why=why),
                icon=":material/unsubscribe:",
            )
        else:
            st.info(
                _("The message to {to} waits and will be tried again by itself. {why}").format(
                    to=to, why=why
                ),
                icon=":material/schedule_send:",
            )
    if st.button(_("Close"), key="write_close"):
        _forget()
        st.rerun()


def preview(
    viewer: Viewer,
    recipient: str,
    subject: str,
    text: str,
    language: str,
    height: int = PREVIEW_HEIGHT,
) -> None:
    """A message as the seller's mail program shows it."""
    _ = viewer.text
    st.markdown(
        f":gray[{_('To')}:] {plain(recipient) or '–'}  \n:gray[{_('Subject')}:] {plain(subject)}"
    )
    st.iframe(as_html(subject, text, language), height=height, alt=_("Preview"))
