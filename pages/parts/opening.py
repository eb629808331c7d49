"""An account that was asked for in a table or a chart is opened by the run that follows.

A click is told to a callback, which may not leave the screen; the screen does when it runs next.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts.places import ACCOUNT
from pages.parts.row_buttons import button_column

ASKED = "open_account"


def open_account(account: int) -> None:
    """Asks for an account, in a callback."""
    st.session_state[ASKED] = int(account)


def open_column(label: str, key: str, ids: Sequence[int | None], width: int) -> Any:
    """A column of the table `key` whose buttons open the accounts of its rows, `ids`."""
    return button_column(label, key, "open", ids, open_account, width=width, type="tertiary")


def go_to_opened() -> None:
    """Leaves for the account that was asked for, if one was."""
    if ASKED in st.session_state:
        st.switch_page(ACCOUNT, query_params={"id": str(st.session_state.pop(ASKED))})
