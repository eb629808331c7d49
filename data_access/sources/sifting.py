"""Which rows of a source are to be read: all but those that are as the last reading found them."""

from collections.abc import Iterator
from typing import NamedTuple

from data_access.sources.reading import BATCH, Glance, Mark, Opened, SourceRow
from data_access.sources.unchanged import Unchanged

SOME = 20
"""Where more than one row in so many has changed, reading all rows is quicker than looking for
those."""

FEW = 1_000
"""So many are looked for in any case."""


class Fresh(NamedTuple):
    """Rows that are new or different, and what to remember of each."""

    rows: list[SourceRow]
    digests: list[int | None]


NOTHING = Fresh([], [])


def fresh_rows(source: Opened, unchanged: Unchanged) -> Iterator[tuple[int, Fresh]]:
    """How many more rows have been gone through, and which of them are new or different."""
    if source.glance is not None and unchanged.can_tell:
        read = 0
        wanted: dict[int | None, Mark] = {}
        for marks in source.glance.marks():
            read += len(marks)
            wanted |= {digest: marks[at] for at, digest in zip(*unchanged.sift(marks), strict=True)}
            # Before it may end here: all of `read` is taken back then.
            yield len(marks), NOTHING
            if len(wanted) > max(FEW, (source.total or 0) // SOME):
                break
        else:
            rows, digests = _looked_for(source, source.glance, unchanged, wanted)
            # A row whose key is empty, or is not what the source finds it by, would be lost.
            if wanted.keys() == set(digests):
                for at in range(0, len(rows), BATCH):
                    yield 0, Fresh(rows[at : at + BATCH], digests[at : at + BATCH])
                return
        unchanged.forget_seen()
        yield -read, NOTHING
    for batch in source.batches:
        marks: list[Mark | None] = [*source.marks(batch.cells)]
        for broken in batch.faults:
            marks[broken] = None
        places, kept = unchanged.sift(marks)
        yield len(marks), Fresh(batch.rows(places), kept)


def _looked_for(
    source: Opened, glance: Glance, unchanged: Unchanged, wanted: dict[int | None, Mark]
) -> Fresh:
    """The rows with the wanted marks, in the order in which the source has these."""
    position = {digest: at for at, digest in enumerate(wanted)}
    rows = glance.rows([*wanted.values()])
    digests = unchanged.digests_of(source.marks([row.cells for row in rows])).tolist()
    found = [(row, digest) for row, digest in zip(rows, digests, strict=True) if digest in position]
    found.sort(key=lambda fresh: position[fresh[1]])
    return Fresh([row for row, _ in found], [digest for _, digest in found])
