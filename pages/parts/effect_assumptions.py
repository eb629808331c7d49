"""What is assumed, to be edited: what moves is seen at once, before it is kept for everybody."""

from dataclasses import asdict
from math import inf

import pandas as pd
import streamlit as st

from data_access.assumptions import From, Origin, reset_assumption, set_assumptions
from pages.parts import effect_words, formats
from pages.parts.allowed import only
from pages.parts.effect_data import Effect
from pages.parts.effect_scenarios import COMPARED, full_name
from pages.parts.failures import pressed
from pages.parts.formats import plain
from pages.parts.viewer import Viewer
from rules.acts import Act
from rules.assumptions import Assumptions, OutOfRange, assumption_names, assumptions_of


def assumptions_editor(viewer: Viewer, effect: Effect) -> None:
    """Draws the values with their origin; tried ones are compared with those in force."""
    _ = viewer.text
    # Its fields are drawn when it is opened, so that a closed one costs the slider nothing.
    with st.expander(
        _("Assumptions"), icon=":material/tune:", key="assumptions", on_change="rerun"
    ) as expander:
        if not expander.open:
            return
        st.caption(
            _(
                "Used where nothing was measured. Change a value to see below what moves; nothing "
                "is kept until you say so."
            )
        )
        tried = _inputs(viewer, effect)
        if not tried:
            return
        try:
            values = assumptions_of(asdict(effect.in_force.values) | tried)
        except OutOfRange as error:
            st.error(_range(viewer, error), icon=":material/error:")
            return
        _what_moves(viewer, effect, values)
        with st.container(horizontal=True, key="keep_or_not"):
            st.button(
                _("Keep for everybody"),
                icon=":material/save:",
                type="primary",
                key="keep_assumptions",
                on_click=_keep,
                args=(viewer, tried),
                **only(viewer, Act.SET_ASSUMPTION),
            )
            st.button(
                _("Discard"), key="discard_assumptions", on_click=_forget, args=(list(tried),)
            )


def _inputs(viewer: Viewer, effect: Effect) -> dict[str, float | None]:
    """The fields; returns what differs from the values in force."""
    _ = viewer.text
    words = effect_words.inputs(viewer)
    tried: dict[str, float | None] = {}
    with st.container(horizontal=True, gap="small", key="assumption_fields"):
        for name in assumption_names():
            in_force = getattr(effect.in_force.values, name)
            with st.container(width=300, gap=None):
                value = st.number_input(
                    words[name],
                    value=None if in_force is None else float(in_force),
                    min_value=0.0,
                    step=0.05 if name in effect_words.SHARES else 1.0,
                    format="%.2f" if name in effect_words.SHARES else "%.4g",
                    placeholder=_("no limit"),
                    key=_field(name, in_force),
                )
                origin = effect.in_force.origins[name]
                st.caption(_origin(viewer, origin))
                if origin.of is From.SCREEN:
                    st.button(
                        _("Back to the setting"),
                        icon=":material/undo:",
                        type="tertiary",
                        key=f"reset_{name}",
                        on_click=_reset,
                        args=(viewer, name),
                        **only(viewer, Act.SET_ASSUMPTION),
                    )
            if value != in_force and not (value is None and in_force is not None):
                tried[name] = value
    return tried


def _range(viewer: Viewer, error: OutOfRange) -> str:
    """What a field takes, where it was given something else."""
    _ = viewer.text
    text = _("{field}: {low} or more.")
    if error.high < inf:
        text = _("{field}: a number from {low} to {high}.")
        if error.is_whole:
            text = _("{field}: a whole number from {low} to {high}.")
    return text.format(
        field=effect_words.inputs(viewer)[error.name],
        low=formats.decimal(viewer, error.low),
        high=formats.decimal(viewer, error.high),
    )


def _what_moves(viewer: Viewer, effect: Effect, values: Assumptions) -> None:
    """The figures of the chosen scenario that the tried values change, before and after."""
    _ = viewer.text
    known = effect_words.figures(viewer)
    scenario = effect.view.scenario
    before = effect.daily(scenario).iloc[effect.view.days]
    after = effect.daily(scenario, values).iloc[effect.view.days]
    moved = [name for name in COMPARED if abs(after[name] - before[name]) >= 0.5]
    st.markdown(
        "**"
        + _("What moves: {scenario}, until {day}").format(
            scenario=full_name(viewer, effect, scenario),
            day=formats.day(viewer, effect.view.until.date()),
        )
        + "**"
    )
    if not moved:
        st.caption(_("None of these figures."))
        return
    st.table(
        pd.DataFrame(
            {
                _("now"): [effect_words.amount(viewer, n, before[n]) for n in moved],
                _("then"): [effect_words.amount(viewer, n, after[n]) for n in moved],
                _("change"): [_change(viewer, before[n], after[n]) for n in moved],
            },
            index=pd.Index([known[name].label for name in moved], name=_("Figure")),
        ),
        border="horizontal",
    )


def _change(viewer: Viewer, before: float, after: float) -> str:
    if before < 0.5:
        return "–"
    share = after / before - 1
    return ("+" if share > 0 else "") + formats.percent(viewer, share)


def _origin(viewer: Viewer, origin: Origin) -> str:
    _ = viewer.text
    if origin.of is From.SCREEN:
        return _("assumed; set by {who} on {day}").format(
            who=plain(origin.set_by),
            day=formats.day(viewer, origin.set_at.astimezone(viewer.zone).date()),
        )
    return _("assumed; by the settings") if origin.of is From.SETTINGS else _("assumed; by default")


def _field(name: str, in_force: float | None) -> str:
    # Another value in force is another field: a kept value is the new starting point.
    return f"assume_{name}_{in_force}"


@pressed
def _keep(viewer: Viewer, tried: dict[str, float | None]) -> None:
    set_assumptions(tried, viewer.actor, viewer.now())


@pressed
def _reset(viewer: Viewer, name: str) -> None:
    reset_assumption(name, viewer.actor, viewer.now())


def _forget(names: list[str]) -> None:
    for key in list(st.session_state):
        if isinstance(key, str) and any(key.startswith(f"assume_{name}_") for name in names):
            del st.session_state[key]
