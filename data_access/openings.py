"""Who opened a renew page: counted at once, or as soon as the database takes it.

The page is worth more than the count, so no seller waits for a lock. What could not be written
stays in memory, and is lost only with the process.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Engine

from data_access import funnel
from data_access.database import SOON_MS, DatabaseAway, writing

MOST = 100_000
"""Beyond that the oldest are given up."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Opening:
    """One look at a renew page.

    renews  the grant that is to be renewed; None where there is none yet
    agent   whose link it was
    """

    authorization_id: int
    renews: datetime | None
    at: datetime
    agent: str


_waiting: deque[Opening] = deque(maxlen=MOST)


def note(opening: Opening, of: Engine | None = None) -> None:
    """Counts it, now or later."""
    try:
        _write(opening, of)
    except DatabaseAway:
        if len(_waiting) == MOST:
            log.error("opening.given_up", at=_waiting[0].at.isoformat())
        log.warning("opening.waits")
        _waiting.append(opening)


def write_waiting(of: Engine | None = None) -> int:
    """Counts what waits, the oldest first; how many that were. Raises DatabaseAway; then the rest
    goes on waiting."""
    written = 0
    while _waiting:
        opening = _waiting.popleft()
        try:
            _write(opening, of)
        except DatabaseAway:
            _waiting.appendleft(opening)
            raise
        written += 1
    return written


def _write(opening: Opening, of: Engine | None) -> None:
    with writing(of, lock_ms=SOON_MS) as connection:
        funnel.record(
            connection,
            funnel.Step.OPENED,
            opening.authorization_id,
            opening.renews,
            opening.at,
            opening.agent,
        )
