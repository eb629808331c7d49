"""The theme is put together once, and not at each run of a screen.

Streamlit begins every run, that of a tab which asks for news too, by telling the browser the theme,
and goes through all of its settings six times for it: a tenth of the processor's time with a
hundred open tabs. The settings of the theme do not change while the desk runs.
"""

from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def keep_theme() -> None:
    """Lets Streamlit ask its settings for each part of the theme once."""
    populate = app_session._populate_theme_msg

    @cache
    def part(section: str) -> CustomThemeConfig:
        made = CustomThemeConfig()
        populate(made, section)
        return made

    def copied(message: CustomThemeConfig, section: str = "theme") -> None:
        # A part without any setting stays unset, as Streamlit leaves it.
        if part(section).ByteSize():
            message.MergeFrom(part(section))

    app_session._populate_theme_msg = copied
