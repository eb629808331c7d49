"""What a browser says stands in a widget counts where it can be read.

Streamlit's scripts say what its widgets take. What anybody else says, for the selection of a chart
a text that is none, would end the run with an error before the screen could look at it.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import structlog
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import RegisterWidgetResult, WidgetMetadata

log = structlog.get_logger()


class ReadableValues(SessionState):
    """The state of a session in which a widget of which nobody can read what is said is as new."""

    def register_widget(
        self, metadata: WidgetMetadata[Any], user_key: str | None
    ) -> RegisterWidgetResult[Any]:
        """Makes a widget known that is being drawn."""
        read = _or_as_new(metadata.deserializer)
        return super().register_widget(replace(metadata, deserializer=read), user_key)


def _or_as_new(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @wraps(read)
    def readable(said: Any) -> Any:
        try:
            return read(said)
        except Exception as error:
            log.info("unreadable_widget", error=type(error).__name__)
            return read(None)

    return readable
