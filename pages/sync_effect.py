"""Sync effect: what lapses cost today, what they will cost, and whom to call first."""

import streamlit as st

from pages.parts.effect_screen import effect_screen
from pages.parts.viewer import require_viewer

viewer = require_viewer()
st.title(viewer.text("What lapses cost"), anchor=False)
effect_screen()
