"""How far the renewal of one account has come, and what Amazon says to its three jobs now."""

import asyncio
from collections.abc import Sequence

import streamlit as st

from data_access.database import reading
from data_access.funnel import Step, of_account
from data_access.job_trial import JobTrial, NothingToTry, try_jobs
from data_access.keys import KeyLost
from pages.parts import formats, statuses
from pages.parts.allowed import only
from pages.parts.outreach import noted_as_sent
from pages.parts.viewer import Viewer
from rules.acts import Act


def steps(viewer: Viewer, account_id: int) -> None:
    """The steps of the renewal that is under way, each with its time. Raises DatabaseAway."""
    with reading() as connection:
        taken = of_account(connection, account_id)
    newest = [step for step in taken if step["round"] == taken[0]["round"]]
    for step in newest:
        at = formats.moment_with_zone(viewer, step["first_at"])
        times = f" · {step['times']} ×" if step["times"] > 1 else ""
        st.markdown(f":gray[{at}] {step_name(viewer, Step(step['step']))}{times}")


def sent_button(viewer: Viewer, account_id: int, seller_name: str) -> None:
    """Writes down that the viewer has sent the link themselves."""
    if st.button(
        viewer.text("I have sent the link"),
        icon=":material/outgoing_mail:",
        key="sent",
        **only(viewer, Act.SEND_MESSAGE),
    ):
        noted_as_sent(viewer, account_id, seller_name)


def trial(viewer: Viewer, account_id: int) -> None:
    """A button that tries the three jobs without changing anything."""
    _ = viewer.text
    st.header(_("The three jobs"), anchor=False)
    st.caption(_("Asks Amazon with an invented SKU and a preview: nothing is changed."))
    if not st.button(
        _("Try the three jobs now"),
        icon=":material/labs:",
        key="trial",
        **only(viewer, Act.TRY_JOBS),
    ):
        return
    try:
        with st.spinner(_("Asking Amazon …")):
            tried = asyncio.run(try_jobs(account_id, viewer.actor))
    except NothingToTry:
        st.info(_("There is nothing to try: no grant, or its token is not with us."))
        return
    except KeyLost:
        st.error(_("The stored token cannot be decrypted: its key is missing in our settings."))
        return
    _answers(viewer, tried)


def step_name(viewer: Viewer, step: Step) -> str:
    """A step of the renewal in words."""
    _ = viewer.text
    return {
        Step.MADE: _("Link made"),
        Step.SENT: _("Link sent"),
        Step.OPENED: _("Renew page opened"),
        Step.CONSENTED: _("Consent given at Amazon"),
        Step.VERIFIED: _("Confirmed by a good call"),
    }[step]


def _answers(viewer: Viewer, tried: Sequence[JobTrial]) -> None:
    """What Amazon said to each job; once where it said the same to all."""
    said = {(each.passed, each.status, each.words) for each in tried}
    for each in tried[:1] if len(said) == 1 else tried:
        jobs = tried if len(said) == 1 else (each,)
        names = ", ".join(statuses.job(viewer, job.job).capitalize() for job in jobs)
        mark = f":green[● {names}]" if each.passed else f":red[✖ {names}]"
        st.markdown(f"{mark} :gray[{each.status or '–'}] {formats.plain(each.words)}")
