"""One reading of the engine's columns of many accounts, and what has happened since it was made."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from weakref import ref

from sqlalchemy import Connection, Engine, select

from data_access.account_columns import SyncColumns, replaced
from data_access.database import reading
from data_access.history import CASEWORK, RECENT, Numbers, is_among, last_event, open_numbers
from data_access.schema import event, source_run
from data_access.snapshot import Snapshot, snapshot
from data_access.sync_profiles import sync_columns
from rules.account_filter import AccountFilter

MOST_CHANGED = 500
"""When more accounts have changed, all are read again."""

LAST_RUNS = 8

_versions = count(1)


@dataclass(frozen=True)
class Happened:
    """What a token database tells of what has happened.

    event     the last one
    may_come  the numbers shortly before it that no event has
    runs      the runs of sources that ended last
    accounts  those that events since a reading are about; when they are more than MOST_CHANGED,
              not all of them
    """

    event: int
    may_come: Numbers
    runs: tuple[int, ...]
    accounts: tuple[int, ...] = ()

    @property
    def is_too_much(self) -> bool:
        """Whether so many accounts have changed that all are read again."""
        return len(self.accounts) > MOST_CHANGED


@dataclass(frozen=True)
class Reading:
    """Accounts as they are.

    columns   a row for each
    event     the last one that is in them
    may_come  the numbers shortly before it that no event had
    runs      the runs of sources that had ended last when all of them were read
    read_at   when all of them were read, by the clock of HeldColumns, and how many seconds it took
    version   another one for whatever differs: what is worked out from the columns is kept by it
    read_in   the snapshot in which all of them were read, None where some were read again later
    """

    columns: SyncColumns
    event: int
    may_come: Numbers
    runs: tuple[int, ...]
    read_at: float
    took: float
    version: int = field(default_factory=lambda: next(_versions))
    read_in: "ref[Snapshot] | None" = None

    def is_true_in(self, shared: Snapshot) -> bool:
        """Whether nobody has written anything since all of them were read."""
        return self.read_in is not None and self.read_in() is shared


@dataclass(frozen=True)
class Question:
    """Which accounts somebody wants to know of."""

    wanted: AccountFilter
    as_of: datetime
    bands: tuple[int, ...]
    of: Engine

    @property
    def key(self) -> Hashable:
        """The same for all who mean the same accounts; most filters do at any moment."""
        moment = repr(self.as_of) if self.wanted.depends_on_time else ""
        return self.of.url, self.wanted.without_order(), self.bands, moment

    def all(self, clock: Callable[[], float]) -> Reading:
        """All of them."""
        began = clock()
        # Asked before: what happens meanwhile is rather read twice than never.
        shared, before = snapshot(self.of), self.happened()
        columns = sync_columns(self.wanted, self.as_of, self.bands, self.of)
        took = clock() - began
        said = before.event, before.may_come, before.runs
        return Reading(columns, *said, began, took, read_in=ref(shared))

    def happened(self, since: Reading | None = None) -> Happened:
        """What has happened; `since`: the reading that does not know of the accounts asked for."""
        r = source_run.c
        ended = select(r.id).where(r.finished_at.is_not(None)).order_by(r.id.desc())
        with reading(self.of) as connection:
            last = last_event(connection)
            runs = tuple(connection.scalars(ended.limit(LAST_RUNS)))
            now = Happened(last, open_numbers(connection, last), runs)
            if since is None:
                return now
            return replace(now, accounts=tuple(self._changed(connection, since)))

    def _changed(self, connection: Connection, since: Reading) -> set[int]:
        """The accounts of the events that a reading does not know of."""
        e, known = event.c, since.event
        about = select(e.authorization_id).where(e.authorization_id.is_not(None))
        if not self.wanted.has_casework:
            about = about.where(e.kind.not_in(CASEWORK))
        few = about.where(e.id > known).distinct().limit(MOST_CHANGED + 1)
        changed = set(connection.scalars(few))
        if open_numbers(connection, known) != since.may_come:
            recent = about.add_columns(e.id).where(e.id > known - RECENT, e.id <= known)
            for account, number in connection.execute(recent):
                if is_among(number, since.may_come):
                    changed.add(account)
        return changed

    def patched(self, known: Reading, now: Happened) -> Reading:
        """`known`, with the accounts read again that something has happened to."""
        told = replace(known, event=now.event, may_come=now.may_come, read_in=None)
        if not now.accounts:
            return told
        fresh = sync_columns(self.wanted, self.as_of, self.bands, self.of, among=now.accounts)
        columns = replaced(known.columns, now.accounts, fresh)
        return replace(told, columns=columns, version=next(_versions))
