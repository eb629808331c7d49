"""Which rows of a source are to be read: all but those that are as the last reading found them."""

from collections.abc import Iterator

from data_access.sources.reading import BATCH, Glance, Mark, Opened, SourceRow
from data_access.sources.unchanged import Unchanged

SOME = 20
"""Where more than one row in so many has changed, reading all rows is quicker than looking for
those."""

FEW = 1_000
"""So many are looked for in any case."""

Fresh = tuple[SourceRow, int | None]
"""A row that is new or different, and what to remember of it."""


def fresh_rows(source: Opened, unchanged: Unchanged) -> Iterator[tuple[int, list[Fresh]]]:
    """How many more rows have been gone through, and which of them are new or different."""
    if source.glance is not None and unchanged.can_tell:
        read = 0
        wanted: dict[int | None, Mark] = {}
        for marks in source.glance.marks():
            read += len(marks)
            wanted |= {digest: marks[at] for at, digest in unchanged.sift(marks)}
            # Before it may end here: all of `read` is taken back then.
            yield len(marks), []
            if len(wanted) > max(FEW, (source.total or 0) // SOME):
                break
        else:
            rows = _looked_for(source, source.glance, unchanged, wanted)
            # A row whose key is empty, or is not what the source finds it by, would be lost.
            if wanted.keys() == {digest for _, digest in rows}:
                yield from ((0, rows[at : at + BATCH]) for at in range(0, len(rows), BATCH))
                return
        unchanged.forget_seen()
        yield -read, []
    for batch in source.batches:
        marks = [None if row.fault else source.mark(row) for row in batch]
        yield len(batch), [(batch[at], digest) for at, digest in unchanged.sift(marks)]


def _looked_for(
    source: Opened, glance: Glance, unchanged: Unchanged, wanted: dict[int | None, Mark]
) -> list[Fresh]:
    """The rows with the wanted marks, in the order in which the source has these."""
    position = {digest: at for at, digest in enumerate(wanted)}
    found = [(row, unchanged.digest(source.mark(row))) for row in glance.rows([*wanted.values()])]
    found = [(row, digest) for row, digest in found if digest in position]
    return sorted(found, key=lambda fresh: position[fresh[1]])
