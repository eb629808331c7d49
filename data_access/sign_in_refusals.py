"""Sign-ins that the provider refused, in the audit trail: nobody's name is known yet."""

import threading
import time
from collections import deque
from datetime import datetime

import structlog
from sqlalchemy import Engine

from data_access.audit import acting
from rules.acts import Act, Actor, Role

A_MINUTE = 10
"""So many stand in the trail at most, for each process; the others stand in the log alone."""

UNKNOWN = Actor("(unknown)", Role.VIEWER)

log = structlog.get_logger()
_noted: deque[float] = deque(maxlen=A_MINUTE)
_lock = threading.Lock()


def note_refusal(error: str, at: datetime, of: Engine | None = None) -> None:
    """Notes that the provider refused somebody, in its own word. Raises DatabaseAway."""
    with _lock:
        now = time.monotonic()
        if len(_noted) == A_MINUTE and now - _noted[0] < 60:
            log.warning("sign_in.refusals_left_out")
            return
        _noted.append(now)
    with acting(UNKNOWN, Act.SIGN_IN, at, of) as deed:
        deed.note(refused=error)
