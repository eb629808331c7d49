"""What runs as long as the desk runs."""

import asyncio
import contextlib
import gc
import importlib
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from data_access.database import DatabaseAway
from data_access.message_templates import check_templates
from data_access.overview import overview
from data_access.settings import settings
from data_access.timeline import timeline
from rules.account_filter import AccountFilter
from web.background import background

_SECRET_ADDRESS = re.compile(
    r"(/renew/|/renewed/|/unsubscribe/|/(?:audit-)?export/)[^\s/?\"]+"
    r"|(/amazon/\w+|/metrics|/oauth2callback|/auth/login)\?[^\s\"]*"
)


class WithoutSecrets(logging.Filter):
    """Takes link tokens, codes and states out of the server's log of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrites the address of a request in place; lets every record pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                _SECRET_ADDRESS.sub(_shortened, each) if isinstance(each, str) else each
                for each in record.args
            )
        return True


@contextlib.asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Starts the work in the background, ends it with the desk. Raises TemplatesWrong."""
    check_templates()
    keep_secrets_out_of_logs()
    warm_up()
    working = asyncio.create_task(background.run(), name="background")
    try:
        yield
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


def warm_up() -> None:
    """Does once, before the first visitor, what the first visitor would wait for.

    Streamlit collects all garbage after every run of a screen; what is frozen here, the libraries
    above all, is not gone through again each time.
    """
    for module in ("pandas", "plotly.graph_objects", "pyarrow", "streamlit.elements.arrow"):
        importlib.import_module(module)
    now = datetime.now(UTC)
    with contextlib.suppress(DatabaseAway):
        overview(AccountFilter(), now, settings().bands)
        timeline(AccountFilter(), now, bands=settings().bands)
    gc.collect()
    gc.freeze()


def keep_secrets_out_of_logs() -> None:
    """Puts the filter on the server's request log, once."""
    access = logging.getLogger("uvicorn.access")
    if not any(isinstance(each, WithoutSecrets) for each in access.filters):
        access.addFilter(WithoutSecrets())


def _shortened(found: re.Match) -> str:
    return f"{found[1]}…" if found[1] else f"{found[2]}?…"
