"""One state of the token database, shared by everybody who looks within the same half minute.

Agents ask the same things: the counters of all accounts, the timeline, the first pages. Each is
answered once per snapshot, and the answer is exact for all of them. The first commit ends the
snapshot, whoever makes it.
"""

import sqlite3
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, finalize

from sqlalchemy import Engine, PoolProxiedConnection, String, cast, func, select
from sqlalchemy.exc import SQLAlchemyError

from data_access.clock import utc_now
from data_access.database import DatabaseAway, engine, reading

Found = TypeVar("Found")

HOLDS_FOR = timedelta(seconds=30)
"""How long a snapshot lasts: what the clock alone changes is seen no later than this."""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """as_of: the moment in UTC, after everything that is in the token database."""

    as_of: datetime
    _answers: dict[Hashable, "_Answer"] = field(default_factory=dict, repr=False)

    def once(self, what: Hashable, find: Callable[[], Found]) -> Found:
        """What `find` answers the first time; the same answer for everybody who asks after that.

        what: the question, with everything that its answer depends on but moment and database
        Nobody may change the answer. Whoever asks while `find` runs waits for it: many who looked
        for the same at once would slow each other down.
        """
        answer = self._answers.setdefault(what, _Answer())
        with answer.looked_for:
            if not answer.found:
                answer.found.append(find())
        return answer.found[0]


class _Answer:
    """An answer, once it is found, and the lock of whoever looks for it."""

    def __init__(self) -> None:
        self.looked_for = Lock()
        self.found: list[Any] = []


def snapshot(of: Engine | None = None) -> Snapshot:
    """The snapshot in force, or a new one.

    Does not raise where the database is away: then it is a new one each time, and asking it
    something raises DatabaseAway.
    """
    of = of or engine()
    with _making:
        watch = _watches.setdefault(of, _Watch())
    return watch.snapshot(of)


class _Watch:
    """Tells one state of a database from the next."""

    def __init__(self) -> None:
        self._own: PoolProxiedConnection | None = None
        self._asking = Lock()
        self._known: tuple[object, Snapshot] | None = None

    def snapshot(self, of: Engine) -> Snapshot:
        """The one in force over that database."""
        state = self._state(of)
        # Read after the state, so that no commit in it is of a later moment.
        now = utc_now()
        if state is not None and self._known is not None:
            known, last = self._known
            if known == state and timedelta() <= now - last.as_of < HOLDS_FOR:
                return last
        made = Snapshot(now)
        self._known = state, made
        return made

    def _state(self, of: Engine) -> object:
        """A value that every commit changes; None where the database does not answer."""
        with suppress(DatabaseAway):
            if of.dialect.name == "sqlite":
                return self._number_of_commits(of)
            with reading(of) as connection:
                return connection.scalar(_SEEN)
        return None

    def _number_of_commits(self, of: Engine) -> object:
        # SQLite counts, for each connection, the commits of all others: this one makes none.
        with self._asking, suppress(sqlite3.Error, SQLAlchemyError):
            if self._own is None:
                self._own = of.raw_connection()
                self._own.detach()
                self._known = None
                finalize(of, self._own.close)
            return self._own.cursor().execute("PRAGMA data_version").fetchone()
        return None


_watches: WeakKeyDictionary[Engine, _Watch] = WeakKeyDictionary()
_making = Lock()
_SEEN = select(cast(func.pg_current_snapshot(), String))
"""Which transactions PostgreSQL shows us: a text that each one that writes changes."""
