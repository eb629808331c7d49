"""The audit trail as CSV, through an address that a page makes for an admin."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import Engine

from data_access.audit import acting
from data_access.audit_list import every_entry
from data_access.export_links import LIFETIME_SECONDS, check_reader, readable
from data_access.signed import Signed
from data_access.spreadsheets import BYTE_ORDER_MARK, csv_lines
from rules.acts import Act, Actor, check
from rules.trail_filter import TrailFilter, from_query

COLUMNS = ("entry", "at (UTC)", "who", "role", "what", "account", "details")
_LINK = Signed("audit-export", lifetime=LIFETIME_SECONDS)


@dataclass(frozen=True, slots=True)
class TrailExport:
    """What a signed address asks for, and for whom it was made."""

    wanted: TrailFilter
    as_of: datetime
    agent: str

    @property
    def filename(self) -> str:
        """A name that sorts by day."""
        return f"audit-{self.as_of:%Y-%m-%d}.csv"


def trail_export_path(wanted: TrailFilter, as_of: datetime, actor: Actor) -> str:
    """An address that gives the export for an hour. Raises NotAllowed."""
    check(actor, Act.EXPORT_AUDIT)
    zone = str(getattr(as_of.tzinfo, "key", "UTC"))
    said = [wanted.to_query(), as_of.isoformat(), zone, actor.name]
    return f"/audit-export/{_LINK.write(said)}"


def read_trail_export(token: str) -> TrailExport:
    """What the address asks for. Raises ExportRefused."""
    with readable("the audit trail"):
        query, as_of, zone, agent = _LINK.read(token)
    moment = datetime.fromisoformat(as_of).astimezone(ZoneInfo(zone))
    return TrailExport(from_query(query)[0], moment, agent)


def write_trail(
    export: TrailExport, actor: Actor, at: datetime, of: Engine | None = None
) -> Iterator[bytes]:
    """The entries as UTF-8 CSV with a byte order mark. The export itself becomes an entry before
    the first byte, so that one that was broken off is known too.

    actor: who asks now. Raises ExportRefused where the address was made for somebody else,
    NotAllowed, DatabaseAway.
    """
    check_reader(export.agent, actor)
    with acting(actor, Act.EXPORT_AUDIT, at, of) as deed:
        deed.note(export.wanted.account, filter=export.wanted.to_query())
    return _lines(export, of)


def _lines(export: TrailExport, of: Engine | None) -> Iterator[bytes]:
    yield BYTE_ORDER_MARK
    yield csv_lines([COLUMNS])
    for frame in every_entry(export.wanted, export.as_of, of):
        yield csv_lines(
            [
                row.id,
                f"{row.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}",
                row.actor,
                row.role,
                row.act,
                "" if pd.isna(row.account_id) else row.account_id,
                json.dumps(row.details, ensure_ascii=False),
            ]
            for row in frame.itertuples()
        )
