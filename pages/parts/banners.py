"""What concerns every account at once, above every screen: incidents, late reminders, our own
client secret."""

import streamlit as st

from data_access.database import DatabaseAway, reading
from data_access.incidents import Incident, Kind, open_incidents
from data_access.settings import settings
from pages.parts import formats
from pages.parts.job_runs import late_banner
from pages.parts.viewer import Viewer
from rules.client_secret import secret_clock


def banners(viewer: Viewer) -> None:
    """Open incidents, late reminders, and the secret's clock where a warning is due."""
    try:
        with reading() as connection:
            incidents = open_incidents(connection)
        late_banner(viewer, viewer.now())
    except DatabaseAway:
        return  # The page says it, once.
    for incident in incidents:
        st.error(_sentence(viewer, incident), icon=":material/crisis_alert:")
    _secret(viewer)


def _sentence(viewer: Viewer, incident: Incident) -> str:
    _ = viewer.text
    since = formats.moment_with_zone(viewer, incident.opened_at)
    if incident.kind is Kind.OUR_CREDENTIALS:
        text = _(
            "Amazon does not accept our own client id or secret since {since}. No account is to "
            "blame: check DESK_CLIENT_ID and DESK_CLIENT_SECRET, and write to no seller."
        )
    else:
        text = _(
            "{n} accounts were refused at once since {since}: probably an outage at Amazon. No "
            "status was changed; wait, and write to no seller."
        )
    return text.format(since=since, n=formats.number(viewer, incident.accounts))


def _secret(viewer: Viewer) -> None:
    _ = viewer.text
    set_on = settings().client_secret_set_on
    if set_on is None:
        return
    clock = secret_clock(set_on, viewer.now().date())
    day = formats.day(viewer, clock.expires_on)
    if clock.warning == 0:
        st.error(
            _("Our client secret expired on {day}: every call of every seller fails.").format(
                day=day
            ),
            icon=":material/key_off:",
        )
    elif clock.warning is not None:
        st.warning(
            viewer.plural(
                "Our client secret expires on {day}, in {days} day. Rotate it before.",
                "Our client secret expires on {day}, in {days} days. Rotate it before.",
                clock.days_left,
            ).format(day=day, days=clock.days_left),
            icon=":material/key:",
        )
