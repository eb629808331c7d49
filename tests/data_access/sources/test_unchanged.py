"""Rows that stand in the source as they stood are not read again, unless that may matter."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from data_access.sources.translate import Translator
from data_access.sources.unchanged import Unchanged
from tests.data_access.sources.conftest import plain, read, row

CELLS = (
    st.none()
    | st.text()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.sampled_from([1, True, 1.0, "1", b"1", b"1\x00", "", None, date(2026, 3, 1)])
)


@given(st.lists(st.tuples(CELLS, CELLS) | st.none(), min_size=1))
def test_a_row_is_known_by_the_same_digest_whatever_it_stands_beside(marks: list[tuple | None]):
    none = np.empty(0, dtype=np.int64)
    of_a_mapping = Unchanged("0123456789abcdef", none, none, none, none, anew=False)
    together = of_a_mapping.digests_of(marks).tolist()
    assert together == [of_a_mapping.digests_of([mark]).item() for mark in marks]
    # As text what is equal and not the same differs too: 1, True and 1.0.
    assert len(set(together)) == len(set(map(repr, marks)))


def test_an_unchanged_row_is_not_read_twice(ten, write, database: Engine, monkeypatch):
    translated = []
    real = Translator.__call__

    def call(self, rows, places):
        translated.extend(rows)
        return real(self, rows, places)

    monkeypatch.setattr(Translator, "__call__", call)
    result = read(write(*ten[:9], row(customer="C9", seller="A9", name="Süd AG")), database)
    assert len(translated) == 1
    assert (result.rows_read, result.rows_taken, result.counts.changed) == (10, 10, 1)


def test_an_odd_row_is_reported_every_time(write, database: Engine):
    path = write(row(email=""), row(seller="A2", market="XX"))
    first = read(path, database)
    assert read(path, database).problems == first.problems


def test_another_mapping_reads_everything_anew(ten, write, database: Engine):
    result = read(write(*ten), database, plain(fields={"language": {"value": "de"}}))
    assert result.counts.changed == 10


@pytest.mark.parametrize("second", [{"granted": "2025-06-01T10:00Z"}, {}])
def test_a_second_row_for_an_unchanged_one_is_judged_with_it(
    ten, write, database: Engine, second: dict
):
    reason = "contradicting_row" if second else "duplicate_row"
    path = write(*ten, row(customer="C3", seller="A3", **second))
    for _ in range(2):
        result = read(path, database)
        assert [(p.place, p.reason) for p in result.problems] == [("line 12", reason)]
        assert (result.rows_taken, result.counts.total) == (10, 0)
