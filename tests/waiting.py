"""Waiting for what comes about in another thread, process or transaction."""

import threading
import time
from collections.abc import Callable

from sqlalchemy import Engine, text

from data_access.database import reading


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Waits until something is so; fails where it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        threading.Event().wait(0.02)


def waits_for_a_lock(engine: Engine) -> bool:
    """Whether somebody waits for what another transaction holds."""
    with reading(engine) as connection:
        return bool(connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
