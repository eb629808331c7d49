"""When agents were last at the desk: what came since then is news to them."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine, select

from data_access.clock import believed
from data_access.conflicts import insert_into
from data_access.database import SOON_MS, DatabaseAway, reading, writing
from data_access.schema import visit
from rules import casework

WRITTEN_EVERY = timedelta(minutes=1)

log = structlog.get_logger()


def arrive(agent: str, as_of: datetime, of: Engine | None = None) -> datetime:
    """Notes that an agent looks at the desk; returns the end of their visit before this one.

    What came since then is new to them. Where the look cannot be noted, because somebody else
    writes for long or the disk is full, the next one will be. Raises DatabaseAway.
    """
    v = visit.c
    with reading(of) as connection:
        known = connection.execute(
            select(v.seen_at, v.before_at).where(v.agent == agent)
        ).one_or_none()
    seen, before = (believed(moment, as_of) for moment in known or (None, None))
    seen_at, since = casework.visit(seen, before, as_of)
    if seen is None or since != before or seen_at - seen > WRITTEN_EVERY:
        try:
            _write(agent, seen_at, since, of)
        except DatabaseAway:
            log.warning("visit.not_noted")
    return since


def _write(agent: str, seen_at: datetime, before_at: datetime, of: Engine | None) -> None:
    with writing(of, lock_ms=SOON_MS) as connection:
        said = {"seen_at": seen_at, "before_at": before_at}
        connection.execute(
            insert_into(connection, visit)
            .values(agent=agent, **said)
            .on_conflict_do_update(index_elements=["agent"], set_=said)
        )
