"""The least that a Streamlit page can be: what every figure of the desk is held against."""

import streamlit as st

if st.button("Again"):
    st.session_state["n"] = st.session_state.get("n", 0) + 1
st.write(f"n={st.session_state.get('n', 0)}")
