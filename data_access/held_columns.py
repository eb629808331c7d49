"""The engine's columns of many accounts, read once and kept true for all who look at them next.

A million accounts take seconds to read, and on a busy desk something happens every second. What an
event tells of an account is read again at once, for that account. What no event tells, as a
measurement, an opened link or a mail that waits to be sent, is seen when all are read again: after
each run of a source, and for a sixtieth of the time; of two thousand accounts after a second, of a
million after some minutes.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock, Thread
from time import monotonic

import structlog
from cachetools import LRUCache
from sqlalchemy import Engine

from data_access.account_columns import same
from data_access.column_reading import Happened, Question, Reading
from data_access.database import engine
from data_access.failures import where
from data_access.snapshot import snapshot
from rules.account_filter import AccountFilter

SHARE = 60
"""A reading of all stands for so many times as long as it took."""

NOTICED = 0.5
"""Seconds; what takes longer is read again behind the scenes, while the old reading serves, as long
as it is not twice as old as it may be."""

MOST_ROWS = 2_000_000
"""Held in all, of 125 bytes each."""

LEAST_ROWS = 20_000
"""So many are counted for each reading, however few it has: nobody holds thousands of readings."""

log = structlog.get_logger()


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

    def put(self, found: Reading) -> Reading:
        """Holds a reading, and returns it; it keeps the version of one that says the same."""
        known = self.reading
        if known is not None and found is not known and same(known.columns, found.columns):
            found = replace(found, columns=known.columns, version=known.version)
        self.reading = found
        return found


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
            most_rows, getsizeof=lambda held: min(max(held.rows, LEAST_ROWS), most_rows)
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
        question = Question(wanted, as_of, tuple(bands), of or engine())
        with self._guard:
            held = self._all.setdefault(question.key, _Held())
        known = held.reading
        if known is not None and known.is_true_in(snapshot(question.of)):
            return known
        # Not under the lock: if the database does not answer, nobody waits for others to hear so.
        now = question.happened(known) if known else None
        with held.lock:
            if held.reading is not known:
                # Made by somebody else since we came, who may have begun before what we came for.
                known = held.reading
                now = question.happened(known)
            found = held.put(self._found(question, held, known, now))
        with self._guard:
            self._all[question.key] = held
        return found

    def _found(
        self, question: Question, held: _Held, known: Reading | None, now: Happened | None
    ) -> Reading:
        if known is None or now is None:
            return question.all(self._clock)
        if now.event < known.event or now.is_too_much:
            # Another database in the place of that one; or too much has happened.
            return question.all(self._clock)
        age, lasts = self._clock() - known.read_at, SHARE * known.took
        if age > lasts or now.runs != known.runs:
            if known.took <= NOTICED or age > 2 * lasts:
                return question.all(self._clock)
            self._read_again(question, held)
        return question.patched(known, now)

    def _read_again(self, question: Question, held: _Held) -> None:
        """Behind the scenes, unless somebody is at it."""
        if held.is_read_again:
            return
        held.is_read_again = True

        def work() -> None:
            try:
                found = question.all(self._clock)
                with held.lock:
                    held.put(found)
            except Exception as error:
                # Whoever looks next hears of it by themselves, or begins this anew.
                log.warning("columns.not_read_again", **where(error))
            finally:
                held.is_read_again = False

        try:
            self._behind(work)
        except RuntimeError as error:
            # No thread to be had: the next look tries again, and in the end somebody waits for it.
            held.is_read_again = False
            log.warning("columns.not_read_again", **where(error))
