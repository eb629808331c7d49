"""Streamlit's own addresses that the desk knows by name."""

SIGN_IN = "/auth/login"
"""Sends people to the provider who signs them in."""

CALLBACK = "/oauth2callback"
"""Where they come back from there."""

HEALTH = "/_stcore/health"
"""Says "ok" and nothing else; what waits for the desk to come up asks it."""

STREAMLITS = ("/_stcore/", "/app/static/", "/auth/", "/component/", "/media/", "/static/", CALLBACK)
"""Below these Streamlit answers by itself."""
