"""The watchdog of what the desk sends by itself: what the last runs came to, and an alarm where
they stay away."""

from datetime import datetime

import pandas as pd
import streamlit as st

from data_access import digest, digest_mail
from data_access.digest_day import digest_zone
from data_access.jobs import DIGEST, REMIND, JobRun, is_late, last_runs, late_after, remind_every
from data_access.settings import settings
from pages.parts import formats
from pages.parts.viewer import Viewer

SHOWN = 10


def reminder_runs(viewer: Viewer) -> None:
    """The last runs of the reminders, and how they are started. Raises DatabaseAway."""
    _ = viewer.text
    st.header(_("Reminders"), anchor=False)
    st.caption(_how_reminders_start(viewer))
    runs = last_runs(REMIND, SHOWN)
    if not runs:
        st.info(_("No reminders have been sent yet."), icon=":material/schedule_send:")
        return
    left_out = _("Paused, snoozed, opted out, refused, or without a mail address.")
    _table(viewer, runs, _("The last runs of the reminders"), left_out)


def digest_runs(viewer: Viewer, as_of: datetime) -> None:
    """The last runs of the morning digest, and a warning where one is missing.

    Raises DatabaseAway.
    """
    _ = viewer.text
    st.header(_("Morning digest"), anchor=False)
    st.caption(_how_digests_start(viewer))
    runs = last_runs(DIGEST, SHOWN)
    if digest.is_late(as_of):
        st.warning(
            _("This working morning's digest has not come to its end."),
            icon=":material/notification_important:",
        )
    if runs:
        left_out = _("No longer on the list, or the day was over before it could be sent.")
        _table(viewer, runs, _("The last runs of the digest"), left_out)
    elif digest_mail.is_wanted():
        st.info(_("No digest has been sent yet."), icon=":material/schedule_send:")


def late_banner(viewer: Viewer, as_of: datetime) -> None:
    """An alarm, only where no run of the reminders has come to its end for too long.

    Raises DatabaseAway.
    """
    _ = viewer.text
    if not is_late(as_of):
        return
    good = next((run for run in last_runs(REMIND, SHOWN) if run.succeeded), None)
    if good is None:
        text = _("Reminders are late: none of the last runs came to its end. Sellers hear nothing.")
    else:
        text = _("Reminders are late: the last run ended on {at}. Sellers hear nothing.").format(
            at=formats.moment_with_zone(viewer, good.finished_at)
        )
    st.error(text, icon=":material/notification_important:")


def _how_reminders_start(viewer: Viewer) -> str:
    _ = viewer.text
    if settings().smtp_url is None:
        return _("No mail server is set (DESK_SMTP_URL), so the desk sends none.")
    every = remind_every()
    if every is not None:
        return _("The desk looks every {minutes} minutes for what is due.").format(
            minutes=int(every.total_seconds() // 60)
        )
    return _(
        "Sent by `python manage.py remind`; an alarm comes after {hours} hours without it."
    ).format(hours=int(late_after().total_seconds() // 3600))


def _how_digests_start(viewer: Viewer) -> str:
    _ = viewer.text
    if not digest_mail.is_wanted():
        return _("Nobody gets one: DESK_DIGEST_TO or DESK_CHAT_URLS says who.")
    return _("Sent on working days from {hour}:00 on ({zone}).").format(
        hour=settings().digest_hour, zone=digest_zone().key
    )


def _table(viewer: Viewer, runs: list[JobRun], alt: str, left_out: str) -> None:
    _ = viewer.text
    st.dataframe(
        pd.DataFrame([_row(viewer, run) for run in runs]),
        hide_index=True,
        alt=alt,
        column_config={
            "started": st.column_config.TextColumn(
                _("Started ({zone})").format(zone=viewer.zone.key), width=200
            ),
            "how": st.column_config.TextColumn(_("How it ended"), width=200),
            "due": st.column_config.NumberColumn(_("Due"), width=90),
            "sent": st.column_config.NumberColumn(_("Sent"), width=90),
            "failed": st.column_config.NumberColumn(_("Failed"), width=90),
            "left_out": st.column_config.NumberColumn(_("Left out"), width=110, help=left_out),
        },
    )


def _row(viewer: Viewer, run: JobRun) -> dict:
    _ = viewer.text
    if run.failure:
        how = _("✖ stopped by an error: {kind}").format(kind=run.failure)
    elif run.finished_at is None:
        how = _("◷ running, or broken off")
    else:
        how = _("✔ finished")
    return {
        "started": formats.moment(viewer, run.started_at),
        "how": how,
        "due": run.due,
        "sent": run.sent,
        "failed": run.failed,
        "left_out": run.left_out,
    }
