"""Which scenario, until when, and all four side by side."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from pages.parts import effect_words, formats
from pages.parts.effect_damage import TODAY, explanations
from pages.parts.effect_data import Effect
from pages.parts.effect_url import MOST_CHOSEN, WORST, View, write
from pages.parts.viewer import Viewer
from rules.daily_totals import LONGEST_HORIZON
from rules.days import YEARS
from rules.scenarios import Scenario

COMPARED = (
    *TODAY,
    "orders_delayed",
    "orders_late",
    "orders_auto_cancelled",
    "orders_oversold",
    "blocked_account_days",
)
_ORDER = (
    Scenario.NOBODY,
    Scenario.USUAL_RATE,
    Scenario.SELECTED_ON_DAY,
    Scenario.EVERYBODY_TODAY,
)


def controls(viewer: Viewer, view: View) -> None:
    """The day, and the scenario; using one changes the address."""
    _ = viewer.text
    first = view.as_of.date()
    st.session_state["effect_until"] = first + timedelta(days=view.days)
    st.slider(
        _("Until"),
        min_value=first,
        max_value=first + timedelta(days=LONGEST_HORIZON),
        format=formats.typed_day(viewer),
        key="effect_until",
        on_change=lambda: write(until=st.session_state["effect_until"].isoformat()),
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="effect_controls"):
        st.session_state["effect_scenario"] = view.scenario
        st.segmented_control(
            _("Who renews"),
            _ORDER,
            format_func=lambda scenario: short_name(viewer, scenario),
            required=True,
            key="effect_scenario",
            wrap=True,
            on_change=lambda: write(scenario=st.session_state["effect_scenario"].value),
        )
        if view.scenario is Scenario.SELECTED_ON_DAY:
            _who_and_when(viewer, view)
        st.space("stretch")
        _as_of(viewer, view)


def side_by_side(viewer: Viewer, effect: Effect) -> None:
    """The four scenarios on the last day, figure by figure."""
    _ = viewer.text
    days = effect.view.days
    known = effect_words.figures(viewer)
    day = formats.moment(viewer, effect.view.until)
    st.header(_("Estimated until {day}").format(day=day), anchor=False)
    columns = {}
    for scenario in _ORDER:
        row = effect.daily(scenario).iloc[days]
        mark = "**" if scenario is effect.view.scenario else ""
        columns[full_name(viewer, effect, scenario)] = [
            f"{mark}{effect_words.amount(viewer, name, row[name])}{mark}" for name in COMPARED
        ]
    labels = pd.Index([known[name].label for name in COMPARED], name=_("Figure"))
    st.table(pd.DataFrame(columns, index=labels), border="horizontal")
    estimates = st.expander(
        _("How each figure is estimated, and from what"),
        icon=":material/calculate:",
        key="estimates",
        on_change="rerun",
    )
    if estimates.open:
        told = explanations(viewer, effect)
        estimates.markdown("\n\n".join(told[name] for name in COMPARED))


def short_name(viewer: Viewer, scenario: Scenario) -> str:
    """A scenario on a button."""
    _ = viewer.text
    return {
        Scenario.NOBODY: _("Nobody"),
        Scenario.EVERYBODY_TODAY: _("All today"),
        Scenario.SELECTED_ON_DAY: _("The selected"),
        Scenario.USUAL_RATE: _("Usual rate"),
    }[scenario]


def full_name(viewer: Viewer, effect: Effect, scenario: Scenario) -> str:
    """A scenario with who and when; of those chosen one by one, whom the filter means."""
    _, plural, view = viewer.text, viewer.plural, effect.view
    day = formats.day(viewer, view.renew_at.date())
    if scenario is Scenario.SELECTED_ON_DAY:
        if view.chosen:
            n = int(effect.selected().sum())
            if n < len(view.chosen):
                return _("{n} of {all} selected renew on {day}, the others are not shown").format(
                    n=n, all=len(view.chosen), day=day
                )
            return plural("{n} selected renews on {day}", "{n} selected renew on {day}", n).format(
                n=n, day=day
            )
        return _("The {n} worst renew on {day}").format(n=view.worst, day=day)
    return {
        Scenario.NOBODY: _("Nobody renews"),
        Scenario.EVERYBODY_TODAY: _("All renew today"),
        Scenario.USUAL_RATE: _("Sellers renew as usual"),
    }[scenario]


def _who_and_when(viewer: Viewer, view: View) -> None:
    _ = viewer.text
    if view.chosen:
        st.button(
            _("Forget the selected ({n})").format(n=len(view.chosen)),
            icon=":material/close:",
            key="effect_forget",
            on_click=lambda: write(account=None),
        )
    else:
        st.session_state["effect_worst"] = view.worst
        st.selectbox(
            _("Who is selected"),
            WORST,
            format_func=lambda n: _("the {n} worst").format(n=n),
            key="effect_worst",
            width=170,
            on_change=lambda: write(worst=str(st.session_state["effect_worst"])),
        )
    st.session_state["effect_renew_on"] = view.renew_at.date()
    st.date_input(
        _("They renew on"),
        min_value=view.as_of.date(),
        max_value=view.as_of.date() + timedelta(days=LONGEST_HORIZON),
        format=formats.typed_day(viewer),
        key="effect_renew_on",
        width=160,
        on_change=lambda: write(renew_on=st.session_state["effect_renew_on"].isoformat()),
    )


def _as_of(viewer: Viewer, view: View) -> None:
    _ = viewer.text
    said = _("As of {moment}").format(moment=formats.moment(viewer, view.as_of))
    with st.popover(said, icon=":material/calendar_today:"):
        st.session_state["effect_as_of"] = view.as_of.date() if view.fixed else None
        st.date_input(
            _("Another day to speak about"),
            value=None,
            min_value=date(YEARS[0], 1, 1),
            max_value=date(YEARS[-1], 12, 31),
            format=formats.typed_day(viewer),
            key="effect_as_of",
            on_change=_changed_as_of,
            help=_("Who has lapsed by then if nobody renews until then. Empty: now."),
        )


def _changed_as_of() -> None:
    day = st.session_state["effect_as_of"]
    write(as_of=day.isoformat() if day else None, until=None)


def choose(ids: list[int]) -> None:
    """These accounts are the selected ones, and the scenario theirs."""
    write(
        account=[str(each) for each in ids[:MOST_CHOSEN]],
        scenario=Scenario.SELECTED_ON_DAY.value,
    )
