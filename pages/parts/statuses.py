"""How a status looks: a shape, a word and a colour, never the colour alone."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.parts.colours import BLUE, ORANGE, VIOLET
from pages.parts.viewer import Viewer
from rules.authorization import Action, Job, Status


@dataclass(frozen=True, slots=True)
class Look:
    """shape: readable without colour; theme: Streamlit's colour word; colour: in charts, strong
    enough on light and dark; pattern: Plotly's fill, for charts without colour."""

    shape: str
    theme: str
    colour: str
    pattern: str
    symbol: str


LOOKS = {
    Status.EXPIRED: Look("✖", "red", "#c8453b", "", "x"),
    Status.REFUSED: Look("⊘", "violet", VIOLET, "x", "circle-x"),
    Status.NOT_AUTHORIZED: Look("○", "gray", "#7c8a95", "", "circle-open"),
    Status.EXPIRING: Look("▲", "orange", ORANGE, "/", "triangle-up"),
    Status.VERIFYING: Look("◔", "blue", BLUE, ".", "circle-dot"),
    Status.ACTIVE: Look("●", "green", "#3f9b63", "", "circle"),
    Status.PAUSED: Look("‖", "gray", "#98a4ad", "-", "line-ew-open"),
}


def word(viewer: Viewer, of: Status) -> str:
    """The status in the viewer's language."""
    _ = viewer.text
    return {
        Status.EXPIRED: _("Expired"),
        Status.REFUSED: _("Refused"),
        Status.NOT_AUTHORIZED: _("Not authorized"),
        Status.EXPIRING: _("Expiring"),
        Status.VERIFYING: _("Verifying"),
        Status.ACTIVE: _("Active"),
        Status.PAUSED: _("Paused"),
    }[of]


def label(viewer: Viewer, of: Status) -> str:
    """Shape and word."""
    return f"{LOOKS[of].shape} {word(viewer, of)}"


def coloured(viewer: Viewer, of: Status) -> str:
    """Shape and word in the status' colour, as Markdown."""
    return f":{LOOKS[of].theme}[{label(viewer, of)}]"


def column(viewer: Viewer, width: int = 130) -> Any:
    """A column of a table whose cells are each a list of labels."""
    _ = viewer.text
    return st.column_config.MultiselectColumn(
        _("Status"),
        options=[label(viewer, of) for of in Status],
        color=[LOOKS[of].theme for of in Status],
        width=width,
    )


def cause(viewer: Viewer, of: Status) -> str:
    """Why an account has that status, in words an agent can read out."""
    _ = viewer.text
    return {
        Status.EXPIRED: _("The authorization reached its expiry and Amazon deactivated it."),
        Status.REFUSED: _(
            "Amazon refuses calls before the expiry: the seller may have revoked the access, a "
            "role may be missing, or the seller account itself may have a problem."
        ),
        Status.NOT_AUTHORIZED: _("The seller has not completed a consent yet."),
        Status.EXPIRING: _("The authorization works, and will lapse soon."),
        Status.VERIFYING: _(
            "Renewed within the last hour; no call has succeeded with it yet. Give it some minutes."
        ),
        Status.ACTIVE: _("The authorization works."),
        Status.PAUSED: _("Off-boarded or demo: left out of counters, reminders and alarms."),
    }[of]


def action(viewer: Viewer, of: Action) -> str:
    """What the seller has to do."""
    _ = viewer.text
    return {
        Action.REQUEST: _("request the authorization"),
        Action.RENEW: _("renew the authorization"),
        Action.ENABLE: _("renew; Amazon's button reads “Enable authorization”"),
        Action.FIND_OUT_WHY: _("find out why first: renewing helps only if access was revoked"),
        Action.WAIT: _("wait until a call has succeeded"),
        Action.NOTHING: _("do nothing"),
    }[of]


def job(viewer: Viewer, of: Job) -> str:
    """One of the sync's three jobs."""
    _ = viewer.text
    return {Job.PRICE: _("prices"), Job.STOCK: _("stock"), Job.ORDERS: _("orders")}[of]
