"""Who sits at this browser: the desk's own session, by the cookie that came with the websocket."""

import streamlit as st

from data_access.clock import utc_now
from data_access.login_sessions import Login, cookie_name, end, login_of, self_of


def signed_in() -> Login | None:
    """The person's session while it lives. Raises DatabaseAway."""
    return login_of(st.context.cookies.get(cookie_name(), ""))


def sign_out() -> None:
    """Ends the session; all its tabs are led away. Raises DatabaseAway."""
    login = signed_in()
    if login is not None:
        end(login, self_of(login), utc_now())
