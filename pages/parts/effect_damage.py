"""What lapses cost today and by the day of the slider, each figure with formula and inputs."""

from hashlib import blake2b

import pandas as pd
import streamlit as st

from pages.parts import effect_words, formats
from pages.parts.effect_data import Effect
from pages.parts.effect_words import Figure, setting, short
from pages.parts.viewer import Viewer
from rules.assumptions import PROFILE_COLUMNS
from rules.day_numbers import moment
from rules.scenarios import Scenario

TODAY = (
    "accounts_blocked",
    "orders_waiting",
    "money_waiting",
    "offers_stale_price",
    "offers_stale_stock",
    "accounts_past_a_mark",
)


def damage(viewer: Viewer, effect: Effect) -> None:
    """A tile for each figure of today, with what becomes of it if nobody renews."""
    _ = viewer.text
    daily = effect.daily(Scenario.NOBODY)
    known = effect_words.figures(viewer)
    later, key = formats.day(viewer, effect.view.until.date()), key_of_figures(viewer, effect)
    with st.container(horizontal=True, gap="xsmall", key="tiles_damage"):
        for name in TODAY:
            with st.container(border=True, gap=None):
                label = known[name].label
                st.metric(label, short(viewer, name, daily[name].iloc[0]))
                value = short(viewer, name, daily[name].iloc[effect.view.days])
                with st.container(gap=None, key=f"{name}_of_{key}"):
                    st.caption(_("{day}: **{value}**").format(day=later, value=value))
                estimate = st.popover(
                    _("Estimate"),
                    icon=":material/calculate:",
                    type="tertiary",
                    key=f"estimate_{name}",
                    on_change="rerun",
                )
                if estimate.open:
                    estimate.markdown(explanations(viewer, effect)[name])


def key_of_figures(viewer: Viewer, effect: Effect) -> str:
    """Another one for other figures, and for those who read them otherwise; the same for each day
    of the slider."""
    said = repr((effect.key, effect.in_force.values, viewer.as_parameters))
    return blake2b(said.encode(), digest_size=8).hexdigest()


def who_is_counted(viewer: Viewer, effect: Effect) -> None:
    """How many accounts the figures speak of, and which they leave out."""
    _ = viewer.text
    at = effect.at
    known = _("Estimates for {n} accounts with a known expiry.")
    said = [known.format(n=formats.number(viewer, at.counted))]
    others = (
        (_("{n} paused"), at.paused),
        (
            _("{n} without a known expiry (vendor accounts and private applications)"),
            at.without_expiry,
        ),
        (_("{n} not authorized yet, which are blocked as well"), at.not_authorized),
    )
    left_out = [text.format(n=formats.number(viewer, n)) for text, n in others if n]
    if left_out:
        said.append(_("Left out: {accounts}.").format(accounts=", ".join(left_out)))
    st.caption(" ".join(said))


def explanations(viewer: Viewer, effect: Effect) -> dict[str, str]:
    """The formula and inputs of every figure, as Markdown; no slider changes them."""
    return _explanations(repr((effect.key, effect.in_force, viewer)), viewer, effect)


@st.cache_resource(max_entries=8, show_spinner=False)
def _explanations(key: str, _viewer: Viewer, _effect: Effect) -> dict[str, str]:
    known = effect_words.figures(_viewer)
    return {name: explained(_viewer, _effect, figure) for name, figure in known.items()}


def explained(viewer: Viewer, effect: Effect, figure: Figure) -> str:
    """A figure's formula, and each of its inputs: measured since when, or assumed; as Markdown."""
    _ = viewer.text
    estimate = _("an estimate")
    lines = [f"**{figure.label}** · {estimate}", formats.plain(figure.formula)]
    words = effect_words.inputs(viewer)
    measured = effect.measured()
    for name in figure.inputs:
        value = setting(viewer, name, getattr(effect.in_force.values, name))
        if name in PROFILE_COLUMNS and name in measured.index:
            said = _measured(viewer, measured.loc[name], value)
        else:
            said = _("assumed: {value}").format(value=value)
        lines.append(f":gray[{words[name]}:] {formats.plain(said)}")
    return "  \n".join(lines)


def _measured(viewer: Viewer, row: pd.Series, value: str) -> str:
    _ = viewer.text
    said = []
    if row.measured:
        text = _("measured for {n} accounts").format(n=formats.number(viewer, row.measured))
        days = [
            formats.day(viewer, at.astimezone(viewer.zone).date())
            for at in (moment(row.oldest), moment(row.newest))
            if at is not None
        ]
        if days:
            text += f" ({' – '.join(dict.fromkeys(days))})"
        said.append(text)
    if row.assumed:
        said.append(
            _("assumed for {n}: {value}").format(n=formats.number(viewer, row.assumed), value=value)
        )
    return "; ".join(said)
