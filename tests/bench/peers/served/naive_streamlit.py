"""The accounts in Streamlit as one writes it first: all of them, once, and pandas for the rest."""

import os
import sqlite3
from datetime import UTC, datetime, timedelta

import pandas as pd
import streamlit as st


@st.cache_data
def accounts() -> pd.DataFrame:
    """The whole table."""
    connection = sqlite3.connect(f"file:{os.environ['ACCOUNTS']}?mode=ro", uri=True)
    return pd.read_sql(
        "SELECT seller_name, region, marketplaces, plan, paused, refused_at, expires_at "
        "FROM authorization ORDER BY id",
        connection,
        parse_dates=["refused_at", "expires_at"],
    )


st.set_page_config(layout="wide")
shown = accounts()
search = st.text_input("Search")
expires = st.radio("Expires", ["All", "Within 30 days"], horizontal=True)
if search:
    shown = shown[shown["seller_name"].str.contains(search, case=False, regex=False)]
if expires != "All":
    now = datetime.now(UTC).replace(tzinfo=None)
    shown = shown[shown["expires_at"].between(now, now + timedelta(days=30))]
st.write(f"{len(shown):,} accounts")
st.dataframe(shown, hide_index=True, height=600)
