"""Writing to many sellers at once: one looked at, the others counted."""

import pandas as pd
import streamlit as st

from data_access.message_templates import message_languages
from data_access.messages import FALLBACK, Written, account_row, language_for, write
from data_access.outreach import MOST, Plan, send_many
from data_access.smtp import can_send
from data_access.texts import primary
from pages.parts import call_card, formats, message_words, outreach
from pages.parts.addressees import Addressees, Listed, LookedUp, Selected
from pages.parts.allowed import only
from pages.parts.failures import said_plainly
from pages.parts.formats import plain
from pages.parts.outreach_results import Sent, results
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.acts import Act

ASKED = "write_to_many"
LOOKED_UP = "write_to_many_looked_up"
SENT_AS = "written_many"
LOOKED_AT = "write_many_number"
"""Where the session keeps the Addressees, what was found of them, what was sent to them, and the
number of the message that one looks at."""

PREVIEW_HEIGHT = 380


def offer_selected(viewer: Viewer, ids: list[int]) -> None:
    """A button that writes to the selected accounts."""
    text = viewer.plural("Write to {n} account", "Write to {n} accounts", len(ids))
    _button(viewer, text.format(n=len(ids)), "write_selected", Selected(tuple(ids)))


def offer_all(viewer: Viewer, wanted: AccountFilter, matching: int) -> None:
    """A button that writes to all accounts of a list."""
    text = viewer.plural(
        "Write to the {n} account listed", "Write to all {n} accounts listed", matching
    )
    count = formats.number(viewer, matching)
    _button(viewer, text.format(n=count), "write_all", Listed(wanted, matching))


def _button(viewer: Viewer, label: str, key: str, asked: Addressees) -> None:
    st.button(
        label,
        icon=":material/outgoing_mail:",
        key=key,
        **only(viewer, Act.SEND_MESSAGE),
        on_click=_ask,
        args=(asked,),
    )


def _ask(asked: Addressees) -> None:
    _forget()
    st.session_state[ASKED] = asked


def show_asked(viewer: Viewer) -> None:
    """The dialog, as long as somebody has it open: it outlives a page that is drawn anew."""
    if ASKED not in st.session_state:
        return
    title = viewer.text("Write to many")
    st.dialog(title, width="large", icon=":material/outgoing_mail:", on_dismiss=_forget)(_dialog)(
        viewer
    )


def _forget() -> None:
    for key in (ASKED, LOOKED_UP, SENT_AS, LOOKED_AT):
        st.session_state.pop(key, None)


def _dialog(viewer: Viewer) -> None:
    with said_plainly(viewer):
        if SENT_AS in st.session_state:
            if results(viewer, st.session_state[SENT_AS]):
                _forget()
                st.rerun()
            return
        found = _looked_up(viewer)
        _who(viewer, found)
        if len(found.plan.to):
            _look_at_one(viewer, found.plan.to)
        _confirm(viewer, found.plan)


def _looked_up(viewer: Viewer) -> LookedUp:
    """Looked up once; who is left out is looked at again when each message is sent."""
    if LOOKED_UP not in st.session_state:
        asked: Addressees = st.session_state[ASKED]
        st.session_state[LOOKED_UP] = asked.look_up(viewer.now())
    return st.session_state[LOOKED_UP]


def _who(viewer: Viewer, found: LookedUp) -> None:
    """How many get a message, in which languages; who does not, and why."""
    _, plural = viewer.text, viewer.plural
    to, left_out = found.plan.to, found.plan.left_out
    written_in = to["language"].map(language_for)
    counted = " · ".join(
        f"{call_card.language_name(viewer, code)} ({formats.number(viewer, n)})"
        for code, n in written_in.value_counts().items()
    )
    got = plural("**{n} seller** gets a message", "**{n} sellers** get a message", len(to))
    st.markdown(got.format(n=formats.number(viewer, len(to))) + f" :gray[· {counted}]")
    _not_spoken(viewer, to)
    if found.beyond:
        st.warning(
            _("At most {most} in one go: {beyond} more are not among them.").format(
                most=formats.number(viewer, MOST), beyond=formats.number(viewer, found.beyond)
            )
        )
    if left_out.empty:
        return
    why = " · ".join(
        f"{message_words.reason(viewer, code)} ({formats.number(viewer, n)})"
        for code, n in left_out["reason"].value_counts().items()
    )
    label = plural("{n} is left out: {why}", "{n} are left out: {why}", len(left_out))
    with st.expander(label.format(n=formats.number(viewer, len(left_out)), why=why)):
        st.dataframe(
            pd.DataFrame(
                {
                    _("Seller"): left_out["seller_name"],
                    _("Why"): [message_words.reason(viewer, code) for code in left_out["reason"]],
                    _("E-mail"): left_out["email"],
                }
            ),
            hide_index=True,
            height=220,
            alt=_("Left out"),
        )


def _not_spoken(viewer: Viewer, to: pd.DataFrame) -> None:
    """Which sellers' languages have no templates: they are written to in another."""
    _ = viewer.text
    spoken = message_languages()
    codes = to["language"].map(primary)
    missing = codes[(codes != "") & ~codes.isin(spoken)].value_counts()
    if missing.empty:
        return
    names = ", ".join(
        f"{call_card.language_name(viewer, code)} ({formats.number(viewer, n)})"
        for code, n in missing.items()
    )
    language = call_card.language_name(viewer, FALLBACK)
    st.caption(
        ":material/translate: "
        + _("No texts in {wanted}: written in {language}.").format(wanted=names, language=language)
    )


def _look_at_one(viewer: Viewer, to: pd.DataFrame) -> None:
    """One message after the other, as it would go."""
    _ = viewer.text
    number = st.session_state.get(LOOKED_AT, 0) % len(to)
    account = account_row(int(to["id"].iloc[number]))
    with st.container(horizontal=True, vertical_alignment="center"):
        for step, icon, name in (
            (-1, "chevron_left", _("Previous")),
            (1, "chevron_right", _("Next")),
        ):
            st.button(
                name,
                icon=f":material/{icon}:",
                type="tertiary",
                key=f"write_many_{step}",
                on_click=_step,
                args=(number + step,),
            )
        place = _("{n} of {all}").format(n=number + 1, all=len(to))
        name = plain(str(to["seller_name"].iloc[number]))
        st.markdown(f":gray[{place}] **{name}**", width="content")
    if account is None:
        st.info(message_words.reason(viewer, "removed"))
        return
    message: Written = write(account, viewer.now(), viewer.name)
    spoken = call_card.language_name(viewer, message.language)
    st.caption(f"{spoken} · {message_words.variant(viewer, message.variant)}")
    outreach.preview(
        viewer,
        account.email,
        message.subject,
        message.text,
        message.language,
        height=PREVIEW_HEIGHT,
    )


def _step(number: int) -> None:
    st.session_state[LOOKED_AT] = number


def _confirm(viewer: Viewer, plan: Plan) -> None:
    _, plural = viewer.text, viewer.plural
    count = len(plan.to)
    text = plural("Send {n} message", "Send {n} messages", count)
    pressed = st.button(
        text.format(n=formats.number(viewer, count)),
        type="primary",
        icon=":material/send:",
        key="write_many_send",
        **only(viewer, Act.SEND_MESSAGE, not (count and can_send())),
    )
    if why := message_words.why_not_sending(viewer):
        st.caption(f":material/info: {why}")
    if pressed:
        now = viewer.now()
        st.session_state[SENT_AS] = Sent(send_many(viewer.actor, plan.to, now), now)
        st.rerun()
