"""Renewal Desk: the screens, the routes for sellers and the middleware, in one ASGI application.

`streamlit run dashboard.py` finds `app` here, which must be a literal call of st.App; `uvicorn
dashboard:app` serves the same. The script lies inside pages/ because beside that folder a fresh
process would serve its files without running it first.
"""

import streamlit as st

from pages.parts.rows_answer import ROWS
from pages.parts.rows_first import DRAWN
from web.lifespan import lifespan
from web.middleware import MIDDLEWARE
from web.routes import ROUTES
from web.streamlit_login import login_secrets

app = st.App(
    "pages/navigation.py",
    routes=[*ROWS, DRAWN, *ROUTES],
    middleware=MIDDLEWARE,
    lifespan=lifespan,
    secrets=login_secrets(),
)
