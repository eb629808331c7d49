"""Chart and tiles follow the slider by themselves; Streamlit draws the same when it is through.

Streamlit hears of a day when the slider is let go, and goes over the whole screen three times then.
What the tiles say of each day of a year is a few thousand words, which a browser is sent once.
"""

import json
from datetime import timedelta
from pathlib import Path

import streamlit as st

from pages.parts import formats
from pages.parts.effect_damage import TODAY, key_of_figures
from pages.parts.effect_data import Effect
from pages.parts.effect_words import short
from pages.parts.own_component import own_component
from pages.parts.viewer import Viewer
from rules.scenarios import Scenario

ASSETS = Path(__file__).parent / "assets"


def follow_slider(viewer: Viewer, effect: Effect) -> None:
    """Shows nothing, and lets ahead.js do it."""
    year = _year(key_of_figures(viewer, effect), viewer, effect)
    own_component(ASSETS, js="ahead.js")(key="effect_ahead", data={"year": year})


@st.cache_resource(max_entries=24, show_spinner=False)
def _year(key: str, _viewer: Viewer, _effect: Effect) -> str:
    """What ahead.js takes, as JSON: the first day, and by the key of each tile's line what it says
    of this day and of those that follow."""
    daily, first = _effect.daily(Scenario.NOBODY), _effect.view.as_of.date()
    before = _viewer.text("{day}: **{value}**").partition("**")[0]
    days = [first + timedelta(days=n) for n in range(len(daily))]
    year = {
        "first": first.isoformat(),
        "days": [before.format(day=formats.day(_viewer, day)) for day in days],
        "tiles": {
            f"{name}_of_{key}": [short(_viewer, name, value) for value in daily[name]]
            for name in TODAY
        },
    }
    return json.dumps(year, ensure_ascii=False)
