"""Rows that stand in the source as they stood at its last reading, and need not be read again.

Only rows without any remark are remembered, so that a report always names all that is odd. What
was clean stays clean as time passes: a moment that was not in the future never will be.
"""

import hashlib
import marshal
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat

import numpy as np
from pandas.util import hash_array
from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from data_access import schema
from data_access.bulk import batches, insert_rows
from data_access.sources.mapping import Mapping
from data_access.sources.reading import Mark
from data_access.sources.staging import IS_KNOWN, arrived, staged, unseen

VERSION = 8
"""Raised when rows come to be read in another way, so that all are read anew."""

_r = schema.source_row.c
_a = schema.authorization.c


class ReadAgain(Exception):
    """What was read is not enough: a changed row and an unchanged one are about one account, or one
    customer, and only together can they be judged."""


@dataclass(slots=True)
class Unchanged:
    """What is remembered of a source's rows; `sift` tells which of them came again.

    key      what the digests are made with, of the mapping: sixteen letters
    digests  of rows of which no two have the same; `ids` says whose they are, `seen` which came
    alike    the accounts of all other rows: nobody knows which of them comes again
    """

    key: str
    digests: np.ndarray
    ids: np.ndarray
    seen: np.ndarray
    alike: np.ndarray
    anew: bool

    @property
    def rows(self) -> int:
        """How many rows came again as they were."""
        return int(self.seen.sum())

    @property
    def can_tell(self) -> bool:
        """Whether any row may turn out to be as it was."""
        return not self.anew and len(self.digests) > 0

    def forget_seen(self) -> None:
        """Begins again, before the first row."""
        self.seen[:] = False

    def digests_of(self, marks: Sequence[Mark | None]) -> np.ndarray:
        """What is kept of marks: 64 bits of each, which the mapping is part of."""
        try:
            written = list(map(marshal.dumps, marks, repeat(2)))
        except ValueError:
            written = list(map(_written, marks))
        of = np.array(written, dtype=object)
        return hash_array(of, hash_key=self.key, categorize=False).view(np.int64)

    def sift(self, marks: Sequence[Mark | None]) -> tuple[list[int], list[int | None]]:
        """Which of some rows are new or different: their places in the sequence, and for each of
        them what to remember of the row.

        marks: what each row is known by, None for one that is broken.
        """
        digests = self.digests_of(marks)
        whole = np.array([mark is not None for mark in marks], dtype=bool)
        changed = np.ones(len(marks), dtype=bool)
        if self.can_tell:
            changed[self._came_again(digests, whole)] = False
        places = np.flatnonzero(changed)
        fresh = zip(whole[places].tolist(), digests[places].tolist(), strict=True)
        return places.tolist(), [digest if is_whole else None for is_whole, digest in fresh]

    def _came_again(self, wanted: np.ndarray, whole: np.ndarray) -> np.ndarray:
        """Notes which of some digests are remembered, and where they stand."""
        at = np.minimum(np.searchsorted(self.digests, wanted), len(self.digests) - 1)
        came = (self.digests[at] == wanted) & ~self.seen[at] & whole
        # The second of two equal rows is a duplicate, and to be reported as one.
        _, first = np.unique(at[came], return_index=True)
        again = np.flatnonzero(came)[first]
        self.seen[at[again]] = True
        return again


def _written(mark: Mark | None) -> bytes:
    """A mark as bytes; marshal knows no dates and decimal numbers, as some drivers give them."""
    try:
        return marshal.dumps(mark, 2)
    except ValueError:
        return repr(mark).encode("utf-8", "surrogatepass")


def remembered(
    connection: Connection, mapping: Mapping, application_id: str, anew: bool
) -> Unchanged:
    """What the last reading of this source by this very mapping left; nothing if all is read anew.

    17 bytes an account, so that a million of them stay small.
    """
    text = f"{VERSION} {application_id} {mapping.model_dump_json()}"
    found = connection.execute(
        select(_r.digest, _r.authorization_id).where(_r.source == mapping.name)
    )
    numbers = chain.from_iterable(chain.from_iterable(batches(found)))
    pairs = np.fromiter(numbers, dtype=np.int64).reshape(-1, 2)
    digests, first, times = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    once = times == 1
    ids = pairs[first[once], 1]
    return Unchanged(
        key=hashlib.blake2b(text.encode(), digest_size=8).hexdigest(),
        digests=digests[once],
        ids=ids,
        seen=np.zeros(len(ids), dtype=bool),
        alike=np.delete(pairs[:, 1], first[once]),
        anew=anew,
    )


def note_unseen(connection: Connection, unchanged: Unchanged) -> None:
    """Puts down which remembered rows did not come again."""
    ids = [*unchanged.ids[~unchanged.seen].tolist(), *unchanged.alike.tolist()]
    insert_rows(connection, unseen, [{"id": identity} for identity in ids])


def came_again(source: str) -> ColumnElement[bool]:
    """Whether the row of an authorization was skipped because nothing about it had changed."""
    remembered_row = exists().where(_r.authorization_id == _a.id, _r.source == source)
    return and_(remembered_row, ~exists().where(unseen.c.id == _a.id))


def check_apart(connection: Connection, source: str) -> None:
    """Raises ReadAgain where a staged row and a skipped one are one authorization."""
    both = (
        select(func.count())
        .select_from(staged)
        .join(schema.source_row, _r.authorization_id == staged.c.known_id)
        .where(_r.source == source, ~exists().where(unseen.c.id == staged.c.known_id))
    )
    if connection.scalar(both):
        raise ReadAgain


def forget_several(connection: Connection, seqs: Sequence[int]) -> None:
    """Rows that were settled with others are to be read, and settled, again each time."""
    for start in range(0, len(seqs), 5_000):
        some = seqs[start : start + 5_000]
        connection.execute(update(staged).where(staged.c.seq.in_(some)).values(row_digest=None))


def remember(connection: Connection, source: str, removed: Sequence[int]) -> None:
    """Keeps what was read now for the next reading."""
    known = select(staged.c.known_id).where(IS_KNOWN)
    connection.execute(delete(schema.source_row).where(_r.authorization_id.in_(known)))
    for start in range(0, len(removed), 5_000):
        some = removed[start : start + 5_000]
        connection.execute(delete(schema.source_row).where(_r.authorization_id.in_(some)))
    connection.execute(
        insert(schema.source_row).from_select(
            ["authorization_id", "source", "digest"],
            select(
                func.coalesce(staged.c.known_id, arrived.c.id),
                literal(source),
                staged.c.row_digest,
            )
            .select_from(staged)
            .outerjoin(arrived, arrived.c.seq == staged.c.seq)
            .where(staged.c.row_digest.is_not(None)),
        )
    )
