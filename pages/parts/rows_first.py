"""The rows of a tab are drawn before its chart is asked for.

Plotly's script takes a browser longer to read than all the rest of the screen, and until it is read
nothing else that came with it is shown.
"""

import streamlit as st

DRAWN = "rows_drawn"
A_MOMENT = "0.6s"
"""Long enough for a cold browser to read the table's scripts; at half of it the chart overtakes the
rows on a slow machine."""


def chart_may_come() -> bool:
    """Whether to draw the chart now.

    In a tab's first run it is not: the page runs anew when the rows have reached the browser.
    """
    if DRAWN in st.session_state:
        return True
    _once_more()
    return False


@st.fragment(run_every=A_MOMENT)
def _once_more() -> None:
    if DRAWN in st.session_state:
        st.rerun()
    st.session_state[DRAWN] = True
