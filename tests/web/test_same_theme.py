"""The browser is told the same theme as without our memory of it."""

from streamlit import config
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.runtime import app_session

from web.same_theme import keep_theme


def told() -> NewSession:
    """What Streamlit says of the theme at the beginning of a run."""
    message = NewSession()
    theme = message.custom_theme
    parts = {"": theme, ".light": theme.light, ".dark": theme.dark, ".sidebar": theme.sidebar}
    parts |= {".light.sidebar": theme.light.sidebar, ".dark.sidebar": theme.dark.sidebar}
    for name, part in parts.items():
        app_session._populate_theme_msg(part, f"theme{name}")
    return message


def test_the_theme_that_is_kept_is_streamlits_and_is_put_together_once(monkeypatch):
    # Whatever a desk that ran in this process before has kept is undone, and so is this.
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    original = told()
    assert original.custom_theme.dark.primary_color == "#6cb6e0"
    assert not original.custom_theme.HasField("sidebar")
    keep_theme()
    assert told() == original
    monkeypatch.setattr(config, "get_options_for_section", None)
    assert told() == original
