"""How old the data of each source is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, case, func, select

from data_access.database import reading
from data_access.schema import source_run


@dataclass(frozen=True, slots=True)
class Freshness:
    """The last good run over a source, and what went wrong since; None where none was good. A run
    that has not ended says nothing yet."""

    source: str
    read_at: datetime | None
    failure: str


def freshness(of: Engine | None = None) -> list[Freshness]:
    """Every source that was ever read, the oldest data first. Raises DatabaseAway."""
    r = source_run.c
    ended = case((r.finished_at.is_not(None), r.id))
    last = select(r.source, func.max(ended).label("id")).group_by(r.source).subquery()
    good = (
        select(r.source, func.max(r.finished_at).label("read_at"))
        .where(r.failure == "")
        .group_by(r.source)
        .subquery()
    )
    statement = (
        select(last.c.source, good.c.read_at, func.coalesce(r.failure, ""))
        .join_from(last, source_run, last.c.id == r.id, isouter=True)
        .join(good, good.c.source == last.c.source, isouter=True)
        .order_by(good.c.read_at)
    )
    with reading(of) as connection:
        return [Freshness(*row) for row in connection.execute(statement)]
