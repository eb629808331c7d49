"""The dialog at the end of a call: what was said, what was promised, until when it rests."""

from collections.abc import Iterator
from datetime import date, timedelta

import streamlit as st

from data_access.case_batches import Done, Progress
from data_access.case_reading import Case, cases_of
from data_access.casework_plan import Plan, carried_out
from data_access.harm_list import accounts_by_id
from pages.parts import formats
from pages.parts.agreed import agreed
from pages.parts.chosen import Chosen
from pages.parts.deeds import carry_out
from pages.parts.failures import said_plainly
from pages.parts.viewer import Viewer
from rules.casework import FURTHEST, LONGEST_NOTE, LONGEST_REASON

OFFERED_DAYS = 5
OPEN = "plan_for"
FIELDS = ("plan_note", "plan_hide", "plan_take", "plan_other")


def open_plan(chosen: Chosen) -> None:
    """Lets the dialog about these accounts be drawn until it is closed, also when something
    happens to an account meanwhile and the screen draws itself anew."""
    _close()
    st.session_state[OPEN] = chosen


def plan_dialog(viewer: Viewer) -> None:
    """Draws the dialog if it is open: the last thing of a page that lists accounts."""
    chosen: Chosen | None = st.session_state.get(OPEN)
    if chosen is None:
        return
    title = formats.plain(chosen.title) or how_many(viewer, chosen.count)
    dialog = st.dialog(title, width="medium", icon=":material/event_note:", on_dismiss=_close)
    dialog(_draw)(viewer, chosen)


def how_many(viewer: Viewer, count: int) -> str:
    """A number of accounts in words."""
    return viewer.plural("{n} account", "{n} accounts", count).format(
        n=formats.number(viewer, count)
    )


def _draw(viewer: Viewer, chosen: Chosen) -> None:
    # In here: what is pressed in a dialog draws the dialog alone.
    with said_plainly(viewer):
        _form(viewer, chosen)


def _form(viewer: Viewer, chosen: Chosen) -> None:
    _ = viewer.text
    today = viewer.now().date()
    colleague = _as_it_is(viewer, chosen)
    with st.form("plan", border=False):
        said = st.text_area(
            _("What was said, or why it waits"), key="plan_note", max_chars=LONGEST_NOTE, height=90
        ).strip()
        with st.container(horizontal=True):
            hide = st.checkbox(_("Hide until the promised day"), value=True, key="plan_hide")
            take = st.checkbox(_("I take it over"), value=not colleague, key="plan_take")
        st.markdown(_("**Renewal promised for**"))
        promised_for = _days(viewer, today)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
            other = st.date_input(
                _("Another day"),
                value=today + timedelta(days=7),
                min_value=today,
                max_value=today + FURTHEST,
                format=formats.typed_day(viewer),
                key="plan_other",
                width=150,
            )
            if st.form_submit_button(_("Promised"), key="plan_promise"):
                promised_for = other
            snoozing = st.form_submit_button(
                _("Only snooze"), icon=":material/snooze:", key="plan_snooze"
            )
            noting = st.form_submit_button(
                _("Only the note"), icon=":material/sticky_note_2:", key="plan_write"
            )
    owner = viewer.name if take else None
    if promised_for is not None:
        told = _("Promised for {day}").format(day=formats.weekday(viewer, promised_for))
        until = promised_for if hide and promised_for > today else None
        plan = Plan(said, promised_for, until, _short(said or told), owner)
        _save(viewer, chosen, plan, told)
    elif snoozing:
        told = _("Snoozed until {day}").format(day=formats.weekday(viewer, other))
        _save(viewer, chosen, Plan(until=other, reason=said, owner=owner), told)
    elif noting:
        # A note of blanks is refused, where no note at all would be passed over.
        _save(viewer, chosen, Plan(note=said or " ", owner=owner), _("Note written"))


def _days(viewer: Viewer, today: date) -> date | None:
    """A button for each of the next working days; the day of the one that was pressed."""
    pressed = None
    ahead = (today + timedelta(days=number) for number in range(1, 15))
    offered = [day for day in ahead if day.weekday() < 5][:OFFERED_DAYS]
    with st.container(horizontal=True, gap="xsmall", key="plan_days"):
        for number, day in enumerate(offered):
            if st.form_submit_button(formats.weekday(viewer, day), key=f"plan_day_{number}"):
                pressed = day
    return pressed


def _as_it_is(viewer: Viewer, chosen: Chosen) -> bool:
    """When a single account expires, and what is agreed; whether a colleague holds it."""
    _ = viewer.text
    if len(chosen.ids) != 1:
        st.caption(_("An account that expires before its snooze ends is back when it expires."))
        return True
    rows = accounts_by_id(chosen.ids, viewer.now())
    if rows.empty:
        return True
    row = rows.iloc[0]
    if row.expires_at is not None and row.expires_at > viewer.now():
        text = _("Expires {moment}; a snooze is over by then at the latest.")
        st.caption(text.format(moment=formats.moment_with_zone(viewer, row.expires_at)))
    case = cases_of(chosen.ids, viewer.now()).get(chosen.ids[0], Case())
    agreed(viewer, chosen.ids[0], case, "plan")
    colleague = row.owner not in ("", viewer.name)
    if colleague:
        st.caption(_("Held by {owner}.").format(owner=formats.plain(row.owner)))
    return colleague


def _save(viewer: Viewer, chosen: Chosen, plan: Plan, told: str) -> None:
    about = formats.plain(chosen.title) or how_many(viewer, chosen.count)

    def deeds(progress: Progress) -> Iterator[Done]:
        return carried_out(plan, viewer.actor, chosen.accounts(), viewer.now(), progress=progress)

    # In German a short month ends in the full stop itself.
    if carry_out(viewer, f"{about}: {told.removesuffix('.')}.", deeds):
        _close()
        st.rerun()


def _short(text: str) -> str:
    """A note as a snooze's reason, which is shorter."""
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"


def _close() -> None:
    for name in (OPEN, *FIELDS):
        st.session_state.pop(name, None)
