"""Cells of somebody else's database, a column at a time.

What reading costs of itself is then paid once for thousands of rows, not once for each.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import NoneType
from typing import Any

from data_access.sources.mapping import Mapping as SourceMapping
from data_access.sources.mapping_rule import Rule
from data_access.sources.problems import Fault

NUMERIC = frozenset({int, float})
"""The kinds of cells that are numbers already."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What some rows hold: for each column of the source a sequence as long as there are rows."""

    columns: Sequence[Sequence[Any]]
    rows: int


Read = Callable[[Cells], list[Any]]
"""From the cells of some rows to a value for each."""


def kinds(raws: Sequence[Any]) -> set[type]:
    """The classes of some cells: one look at a column tells whether each of them needs one."""
    return set(map(type, raws))


def plain(raw: Any) -> str:
    """A cell as text; whole numbers without a decimal point."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (bytes, bytearray, memoryview)):
        return bytes(raw).decode("utf-8", "replace")
    if isinstance(raw, (float, Decimal)) and math.isfinite(raw) and raw == int(raw):
        return str(int(raw))
    return str(raw)


def raw_cells(rule: Rule, mapping: SourceMapping, at: Mapping[str, int]) -> Read:
    """The raw cells, the default in place of empty ones."""
    if rule.value is not None:
        return _only_when(rule, lambda given: [rule.value] * given.rows, at)
    empty = _empty(rule, mapping)
    origin = _joined(rule, empty, at) if rule.columns else single(at[rule.column or ""])
    return _only_when(rule, _filled(origin, empty, rule.default), at)


def divisor_cells(rule: Rule, column: str, mapping: SourceMapping, at: Mapping[str, int]) -> Read:
    """The raw cells of a column by which a rule divides."""
    return _filled(single(at[column]), _empty(rule, mapping))


def _empty(rule: Rule, mapping: SourceMapping) -> frozenset[str]:
    """What cells hold that mean nothing."""
    return frozenset({"", *mapping.empty, *rule.empty})


def single(position: int) -> Read:
    """The cells of one column."""
    return lambda given: list(given.columns[position])


def _filled(origin: Read, empty: frozenset[str], default: Any = None) -> Read:
    """The raw cells, the default in place of those that are empty or mean nothing."""
    # A number too may mean nothing; but there are many, and few mappings that say so of any.
    named = len(empty) > 1

    def is_full(raws: Sequence[Any]) -> bool:
        of = kinds(raws)
        if of == {str}:
            return empty.isdisjoint(map(str.strip, raws))
        return of <= NUMERIC and not named

    def cells(given: Cells) -> list[Any]:
        raws = origin(given)
        if is_full(raws):
            return raws
        return [
            default
            if raw is None
            or (raw.strip() in empty if isinstance(raw, str) else named and plain(raw) in empty)
            else raw
            for raw in raws
        ]

    return cells


def _joined(rule: Rule, empty: frozenset[str], at: Mapping[str, int]) -> Read:
    """Several columns as one text, or the first that says something where nothing joins them."""
    columns = [single(at[column]) for column in rule.columns]
    telling = [_filled(column, empty) for column in columns]

    def first(cells: Sequence[Any]) -> Any:
        return next((raw for raw in cells if raw is not None), None)

    def together(cells: Sequence[Any]) -> str:
        # A part that means nothing stays: two customer numbers must not become one.
        return (rule.join or "").join(plain(raw).strip() for raw in cells if raw not in (None, ""))

    origins, one = (telling, first) if rule.join is None else (columns, together)
    return lambda given: [
        one(cells) for cells in zip(*(origin(given) for origin in origins), strict=True)
    ]


def _only_when(rule: Rule, cells: Read, at: Mapping[str, int]) -> Read:
    if rule.when is None:
        return cells
    wanted = {plain(value).casefold() for value in rule.when.is_}
    unwanted = {plain(value).casefold() for value in rule.when.is_not}

    def fits(value: Any) -> bool:
        text = "" if value is None else plain(value).strip().casefold()
        return (not wanted or text in wanted) and text not in unwanted

    holds = each(single(at[rule.when.column]), fits, remember=True, of_nothing=True)
    return lambda given: [
        raw if there else rule.default
        for raw, there in zip(cells(given), holds(given), strict=True)
    ]


_SAFE = ({str, NoneType}, {int, NoneType}, {bool, NoneType})
"""Kinds of cells that are one and the same for every reader if they are equal; 1 and True are equal
too, and not the same."""


def tried(convert: Callable[..., Any], *raws: Any) -> Any:
    """`convert` of some cells, or the Fault that it raises."""
    try:
        return convert(*raws)
    except Fault as fault:
        # It may be kept for long, and would keep alive whatever was going on.
        return fault.with_traceback(None)


def each(
    cells: Read, convert: Callable[[Any], Any], remember: bool = False, of_nothing: bool = False
) -> Read:
    """`convert` of each cell, or the Fault that it raises.

    remember    what became of a cell, for those that come again: few values repeat in most columns
    of_nothing  of empty cells too, which are None otherwise
    """

    def become(raw: Any) -> Any:
        return None if raw is None and not of_nothing else tried(convert, raw)

    def read(given: Cells) -> list[Any]:
        raws = cells(given)
        if remember and any(kinds(raws) <= safe for safe in _SAFE):
            became = {raw: become(raw) for raw in set(raws)}
            return list(map(became.__getitem__, raws))
        return list(map(become, raws))

    return read
