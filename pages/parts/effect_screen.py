"""All of the Sync effect screen, which its filter and its slider change.

A fragment: a click in it draws it anew without the frame around it.
"""

import streamlit as st

from data_access.measures import rerun_timed
from pages.parts.effect_ahead import follow_slider
from pages.parts.effect_assumptions import assumptions_editor
from pages.parts.effect_chart import chart
from pages.parts.effect_damage import damage, who_is_counted
from pages.parts.effect_data import effect_of
from pages.parts.effect_months import months
from pages.parts.effect_scenarios import controls, side_by_side
from pages.parts.effect_url import view_from_url
from pages.parts.effect_worst import worst
from pages.parts.failures import said_plainly
from pages.parts.filters import filter_bar, what_is_shown
from pages.parts.listing import known_languages, no_accounts
from pages.parts.opening import go_to_opened
from pages.parts.url import filter_from_url
from pages.parts.viewer import Viewer, require_viewer


@st.fragment
@rerun_timed("sync-effect")
def effect_screen() -> None:
    """Draws all of it."""
    viewer = require_viewer()
    go_to_opened()
    with said_plainly(viewer):
        _draw(viewer)


def _draw(viewer: Viewer) -> None:
    """Draws the chart before what stands above it: it is what the slider is moved for."""
    wanted, ignored = filter_from_url()
    effect = effect_of(wanted, view_from_url(viewer))
    if wanted.is_empty and not len(effect.columns):
        no_accounts(viewer)
        return
    above, place_of_chart = st.container(), st.container()
    with place_of_chart:
        chart(viewer, effect)
    with above:
        damage(viewer, effect)
        who_is_counted(viewer, effect)
        with st.container(horizontal=True, vertical_alignment="center"):
            filter_bar(viewer, wanted, known_languages)
        what_is_shown(viewer, wanted, len(effect.columns), ignored, with_order=False)
        controls(viewer, effect.view)
    worst(viewer, effect)
    side_by_side(viewer, effect)
    assumptions_editor(viewer, effect)
    months(viewer, effect)
    follow_slider(viewer, effect)
