"""The engine's columns of many accounts, read once and kept true for all who look at them next.

A million accounts take seconds to read, and on a busy desk something happens every second. What an
event tells of an account is read again at once, for that account. What no event tells, a
measurement or an opened link, is seen when all of them are read again, on which a sixtieth of the
time is spent: of two thousand accounts within a second, of a million within some minutes.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import Lock, Thread
from time import monotonic

import structlog
from cachetools import LRUCache
from sqlalchemy import Engine, select

from data_access.database import DatabaseAway, engine, reading
from data_access.history import CASEWORK, last_event
from data_access.schema import event
from data_access.sync_profiles import SyncColumns, replaced, sync_columns
from rules.account_filter import AccountFilter

SHARE = 60
"""A reading of all stands for so many times as long as it took."""

NOTICED = 0.5
"""Seconds; what takes longer is read again behind the scenes, while the old reading serves."""

MOST_ROWS = 2_000_000
"""Held in all, of 125 bytes each."""

MOST_CHANGED = 500
"""When more accounts have changed, all are read again."""

log = structlog.get_logger()
_versions = count(1)


@dataclass(frozen=True)
class Reading:
    """Accounts as they are.

    columns  a row for each
    event    the last one that is in them
    read_at  when all of them were read, by the clock of HeldColumns, and how many seconds it took
    version  another one for whatever differs: what is worked out from the columns is kept by it
    """

    columns: SyncColumns
    event: int
    read_at: float
    took: float
    version: int = field(default_factory=lambda: next(_versions))


@dataclass(frozen=True)
class _Question:
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
        # The event before the accounts: what happens meanwhile is rather read twice than never.
        with reading(self.of) as connection:
            last = last_event(connection)
        columns = sync_columns(self.wanted, self.as_of, self.bands, self.of)
        return Reading(columns, last, began, clock() - began)

    def changed(self, since: int) -> tuple[int, list[int]]:
        """The last event, and the accounts that events after `since` are about, at most one more
        than MOST_CHANGED."""
        e = event.c
        about = select(e.authorization_id).where(e.id > since, e.authorization_id.is_not(None))
        if not self.wanted.has_casework:
            about = about.where(e.kind.not_in(CASEWORK))
        with reading(self.of) as connection:
            last = last_event(connection)
            if last <= since:
                return last, []
            few = about.distinct().limit(MOST_CHANGED + 1)
            return last, list(connection.scalars(few))

    def patched(self, known: Reading, last: int, changed: Sequence[int]) -> Reading:
        """`known`, with some accounts read again."""
        fresh = sync_columns(self.wanted, self.as_of, self.bands, self.of, among=changed)
        columns = replaced(known.columns, changed, fresh)
        return Reading(columns, last, known.read_at, known.took)


@dataclass
class _Held:
    """A reading, once there is one. Whoever has the lock may put another one there."""

    lock: Lock = field(default_factory=Lock)
    reading: Reading | None = None
    is_read_again: bool = False

    @property
    def rows(self) -> int:
        """How many it holds."""
        return len(self.reading.columns) if self.reading else 0


def _in_a_thread(work: Callable[[], None]) -> None:
    Thread(target=work, name="columns", daemon=True).start()


class HeldColumns:
    """Readings of the filters that were looked at last.

    clock   tells seconds
    behind  does what nobody waits for
    """

    def __init__(
        self,
        clock: Callable[[], float] = monotonic,
        behind: Callable[[Callable[[], None]], None] = _in_a_thread,
        most_rows: int = MOST_ROWS,
    ) -> None:
        self._clock, self._behind = clock, behind
        # A reading larger than all that may be held is held alone.
        self._all: LRUCache[Hashable, _Held] = LRUCache(
            most_rows, getsizeof=lambda held: min(held.rows, most_rows)
        )
        self._guard = Lock()

    def reading(
        self,
        wanted: AccountFilter,
        as_of: datetime,
        bands: Sequence[int],
        of: Engine | None = None,
    ) -> Reading:
        """The accounts that `wanted` means at `as_of`. Raises DatabaseAway."""
        question = _Question(wanted, as_of, tuple(bands), of or engine())
        with self._guard:
            held = self._all.setdefault(question.key, _Held())
        with held.lock:
            before = held.reading
            found = held.reading = self._now(question, held)
        if found is not before:
            with self._guard:
                self._all[question.key] = held
        return found

    def _now(self, question: _Question, held: _Held) -> Reading:
        known = held.reading
        if known is None:
            return question.all(self._clock)
        last, changed = question.changed(known.event)
        if last < known.event:
            # Another database has taken the place of that one.
            return question.all(self._clock)
        many = len(changed) > MOST_CHANGED
        if many or self._clock() - known.read_at > SHARE * known.took:
            if known.took <= NOTICED:
                return question.all(self._clock)
            self._read_again(question, held)
        if many or not changed:
            return known
        return question.patched(known, last, changed)

    def _read_again(self, question: _Question, held: _Held) -> None:
        if held.is_read_again:
            return
        held.is_read_again = True

        def work() -> None:
            try:
                found = question.all(self._clock)
                with held.lock:
                    held.reading = found
            except DatabaseAway:
                # Whoever looks next is told, or begins this anew.
                log.info("columns.not_read_again")
            finally:
                held.is_read_again = False

        self._behind(work)
