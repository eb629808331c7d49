"""How old the data of each source is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from data_access.database import reading
from data_access.schema import source_run


@dataclass(frozen=True, slots=True)
class Freshness:
    """The last good run over a source, and what went wrong since; None where none was good."""

    source: str
    read_at: datetime | None
    failure: str


def freshness(of: Engine | None = None) -> list[Freshness]:
    """Every source that was ever read, the oldest data first. Raises DatabaseAway."""
    r = source_run.c
    last = select(r.source, func.max(r.id).label("id")).group_by(r.source).subquery()
    good = (
        select(r.source, func.max(r.finished_at).label("read_at"))
        .where(r.failure == "")
        .group_by(r.source)
        .subquery()
    )
    statement = (
        select(r.source, good.c.read_at, r.failure)
        .join(last, last.c.id == r.id)
        .join(good, good.c.source == r.source, isouter=True)
        .order_by(good.c.read_at)
    )
    with reading(of) as connection:
        return [Freshness(*row) for row in connection.execute(statement)]
