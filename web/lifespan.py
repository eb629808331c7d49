"""What runs as long as the desk runs."""

import asyncio
import contextlib
import gc
import importlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from data_access.database import DatabaseAway
from data_access.message_templates import check_templates
from data_access.openings import write_waiting
from data_access.overview import overview
from data_access.settings import settings
from data_access.timeline import timeline
from rules.account_filter import AccountFilter
from web.background import background
from web.early_scripts import page
from web.logs import configure_logs
from web.reachable import check_served_address
from web.same_theme import keep_theme
from web.stopping import stopping
from web.undelayed import send_at_once
from web.vain_questions import QuietTabs, watch
from web.whole_runs import open_sessions_as

FULL_COLLECTION_AFTER = 50
"""Collections of the middle generation to one of everything. With two hundred open tabs that one
takes a tenth of a second, in which nobody's click is answered; after ten, as Python has it, it came
every four seconds."""


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Starts the work in the background, ends it with the desk. Raises CannotServe,
    TemplatesWrong."""
    check_served_address()
    check_templates()
    configure_logs()
    send_at_once()
    keep_theme()
    open_sessions_as(QuietTabs)
    warm_up()
    stopping.listen()
    working = asyncio.create_task(background.run(), name="background")
    watching = asyncio.create_task(watch.run(), name="news")
    try:
        yield
    finally:
        watching.cancel()
        await background.stop(working, stopping.seconds_left())
        with contextlib.suppress(DatabaseAway):
            await asyncio.to_thread(write_waiting)


def warm_up() -> None:
    """Does once, before the first visitor, what the first visitor would wait for.

    Python goes through all objects now and then; what is frozen here, the libraries above all, is
    not gone through again each time. Streamlit does it after every run, if .streamlit/config.toml
    lets it.
    """
    for module in ("pandas", "plotly.graph_objects", "pyarrow", "streamlit.elements.arrow"):
        importlib.import_module(module)
    page()
    now = datetime.now(UTC)
    with contextlib.suppress(DatabaseAway):
        overview(AccountFilter(), now, settings().bands)
        timeline(AccountFilter(), now, bands=settings().bands)
    gc.collect()
    gc.freeze()
    youngest, middle, _ = gc.get_threshold()
    gc.set_threshold(youngest, middle, FULL_COLLECTION_AFTER)
