"""A backup does not know whom the desk has erased since: they are erased in it again."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select

from data_access.database import make_engine, reading
from data_access.erased import ErasedSellers, erased_of
from data_access.erasure import erase
from data_access.keys import erasure_key
from data_access.migrate import migrate
from data_access.schema import seller
from rules.acts import Actor

_Erasure = tuple[str, str, str]
"""A row of erased_seller as SQLite keeps it: source, digest, erased_at."""

_s = seller.c


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of carrying the erasures of a database over into the copy that replaces it.

    sellers  how many were erased in the copy
    key      the key that the digests of the erased were made with; "" where nobody was erased
    is_read  whether the database could be read
    """

    sellers: int = 0
    key: str = field(default="", repr=False)
    is_read: bool = True

    @property
    def loss(self) -> str:
        """Why somebody erased may be back, or come back with their source, under the keys that are
        in force now; "" where nobody can."""
        if not self.is_read:
            return "The database of before cannot be read."
        if self.key and self.key != erasure_key():
            return "The erasure key of the copy is another one than that of before."
        return ""


def carry_over(file: Path, copy: Path, actor: Actor, at: datetime) -> Carried:
    """Erases in a copy whoever was erased in a database since, and notes these erasures there too.

    The copy is migrated to our schema for that. Where nobody was erased it stays as it is.
    file: the database; it is only read, and need not be there
    Raises SchemaNewer, DatabaseAway, NotAllowed; the copy is of no use then.
    """
    erasures = _erasures_in(file) if file.exists() else []
    if not erasures:
        return Carried(is_read=erasures is not None)
    return Carried(_erase_again(copy, erasures, actor, at), erasure_key())


def _erasures_in(file: Path) -> list[_Erasure] | None:
    """The erasures that a database holds; None where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
            known = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
            if "erased_seller" not in known:
                return []
            return connection.execute(
                "SELECT source, digest, erased_at FROM erased_seller"
            ).fetchall()
    except sqlite3.Error:
        return None


def _erase_again(copy: Path, erasures: Sequence[_Erasure], actor: Actor, at: datetime) -> int:
    of = make_engine(f"sqlite:///{copy}")
    try:
        migrate(of)
        named = _named(of, erasures)
        for source, customer_number in named:
            erase(customer_number, source, actor, at, of)
    finally:
        of.dispose()
    with closing(sqlite3.connect(copy)) as connection:
        with connection:
            connection.executemany(
                "INSERT OR IGNORE INTO erased_seller (source, digest, erased_at) VALUES (?, ?, ?)",
                erasures,
            )
        # One file without companions, as every copy is.
        connection.execute("PRAGMA journal_mode=DELETE")
    return len(named)


def _named(of: Engine, erasures: Sequence[_Erasure]) -> list[tuple[str, str]]:
    """Source and customer number of each erased seller whom the copy still has."""
    found = []
    with reading(of) as connection:
        for name in {source for source, *_ in erasures}:
            digests = {digest for source, digest, _ in erasures if source == name}
            lacking = ErasedSellers(name, frozenset(digests - erased_of(connection, name).digests))
            numbers = connection.scalars(select(_s.customer_number).where(_s.source == name))
            found += [(name, number) for number in numbers if number in lacking]
    return found
