"""The rows of a tab are drawn before its chart and what stands below them.

Plotly's script takes a browser longer to read than all the rest of the screen, and until it is read
nothing else that came with it is shown.
"""

from time import sleep

import streamlit as st

from data_access.measures import unmeasured

DRAWN = "rows_drawn"
A_MOMENT = 0.6
"""Seconds: long enough for a cold browser to read the table's scripts; at half of it the chart
overtakes the rows on a slow machine."""


def let_rows_be_seen() -> None:
    """In a tab's first run, holds back what is drawn after this until the browser has had time for
    what was drawn before.

    A click meanwhile waits for the rest of the moment; the rows are seen when it is over.
    """
    if DRAWN not in st.session_state:
        st.session_state[DRAWN] = True
        with unmeasured():
            sleep(A_MOMENT)
