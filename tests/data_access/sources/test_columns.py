"""A column is looked at as a whole where all of its cells are of one kind; nobody should be able to
tell, whatever they hold."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data_access.sources.cells import Cells
from data_access.sources.fields import reader
from data_access.sources.mapping_rule import Rule
from tests.data_access.sources.conftest import plain

SECONDS = 1_772_355_600
TEXTS = st.text() | st.sampled_from(
    ["", " ", "-", "?", " x ", "ja", "1", "0", "1.5", "1,234.5", "nan", "\x00", "\ufffd", "Łódź"]
)
WHOLE = (
    st.integers(-(2**63), 2**63 - 1)
    | st.integers(SECONDS, SECONDS + 10**8)
    | st.sampled_from(
        [-1, 0, 1, 30, 631_151_999, 631_152_000, 7_258_118_399, 7_258_118_400, 10**11, 10**12 + 1]
    )
)
NUMBERS = WHOLE | st.floats() | st.sampled_from([-0.0, 1e12, 1e-300, 30.0])
KINDS = (TEXTS, WHOLE, NUMBERS, st.booleans())


def column(cells: st.SearchStrategy) -> st.SearchStrategy[list]:
    """Cells of one kind, none of them empty, or some."""
    return st.lists(cells, min_size=1) | st.lists(st.none() | cells, min_size=1)


COLUMNS = st.one_of(map(column, KINDS))

RULES = {
    "a name": ("name", {"column": "a"}),
    "a name where some texts mean nothing": ("name", {"column": "a", "empty": ["?", "-1"]}),
    "a name with a default": ("name", {"column": "a", "default": " none "}),
    "a code": ("state", {"column": "a", "values": {"1": "granted", "True": "refused"}}),
    "a part of a text": ("region", {"column": "a", "pattern": r"^(\w+)", "prefix": " r"}),
    "a list": ("marketplaces", {"column": "a", "split": ","}),
    "a flag": ("paused", {"column": "a"}),
    "a flag on a condition": ("paused", {"value": True, "when": {"column": "a", "in": [1]}}),
    "a number": ("offers", {"column": "a"}),
    "a share of a number": ("offers", {"column": "a", "divide_by": 30, "multiply_by": -1}),
    "a number in hundreds": ("offers", {"column": "a", "divide_by": "a", "multiply_by": 100}),
    "a text as a moment": ("granted_at", {"column": "a"}),
    "a count of seconds": ("granted_at", {"column": "a", "formats": ["unix"]}),
    "a count of milliseconds": ("granted_at", {"column": "a", "formats": ["unix_ms", "iso"]}),
    "a count of microseconds": ("granted_at", {"column": "a", "formats": ["unix_us"]}),
}

ODD = (b"x", Decimal("1.50"))
"""Cells of a kind of their own, beside which every other cell is looked at by itself."""


@pytest.mark.parametrize("rule", RULES)
@given(COLUMNS)
@example([SECONDS, None, 0, SECONDS * 1_000])
def test_cells_of_one_kind_read_as_each_does_by_itself(rule: str, cells: list):
    name, how = RULES[rule]
    read = reader(name, Rule.model_validate(how), plain(), {"a": 0})
    together = read(Cells([cells], len(cells)))
    one_by_one = read(Cells([[*cells, *ODD]], len(cells) + len(ODD)))
    assert list(map(said, together)) == list(map(said, one_by_one[: len(cells)]))


def said(value: object) -> str:
    """A value, or all that a fault says."""
    return repr(vars(value)) if isinstance(value, Exception) else repr(value)
