"""One field of some rows, read by its rule: from cells to texts, numbers, moments, flags."""

import re
from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any

import numpy as np

from data_access.sources.cells import (
    NUMERIC,
    Cells,
    Read,
    divisor_cells,
    each,
    kinds,
    plain,
    raw_cells,
    tried,
)
from data_access.sources.mapping import Mapping as SourceMapping
from data_access.sources.mapping_rule import Rule
from data_access.sources.moments import moments_reader
from data_access.sources.problems import Fault
from data_access.sources.proposals import proposal

MOST = 1e12
"""More than this of anything, each day, is a slip."""

YES = ("1", "true", "yes", "y", "t", "ja", "on")
NO = ("0", "false", "no", "n", "f", "nein", "off")

# Thousands are set off in threes and begin with no 0, or it is a decimal sign of another country:
# neither 12,5 nor 0,125 is 125.
_GROUPS = {
    sign: re.compile(rf"[1-9]\d{{0,2}}([{other}' \u00a0\u202f]\d{{3}})+({re.escape(sign)}\d*)?")
    for sign, other in ((",", "."), (".", ","))
}

_INVISIBLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def reader(name: str, rule: Rule, mapping: SourceMapping, at: Mapping[str, int]) -> Read:
    """A function from rows to what the field `name` says in each: None where the cell is empty, a
    Fault where it cannot be read.

    at: the position of each column in a row.
    """
    cells = raw_cells(rule, mapping, at)
    if name in NUMBERS:
        return _number_reader(rule, mapping, at, cells)
    if name in MOMENTS:
        read = moments_reader(rule.formats or ("iso",), mapping.zone_of(rule))
        return lambda given: read(cells(given))
    if name == "paused":
        return each(cells, _flag_reader(rule), remember=True)
    if name == "marketplaces":
        return each(cells, lambda raw: _list(raw, name, rule), remember=True)
    if rule.pattern or rule.values or rule.prefix:
        return each(cells, lambda raw: _text(raw, name, rule), remember=True)
    return _text_reader(cells)


MOMENTS = frozenset({"granted_at", "expires_at", "last_sync_at", "refused_at", "measured_at"})
NUMBERS = frozenset(
    {
        "orders_per_day",
        "seller_fulfilled_share",
        "price_changes_per_day",
        "stock_changes_per_day",
        "offers",
        "average_order_value",
        "handling_days",
        "other_channel_share",
    }
)


def cleaned(text: str) -> str:
    """Without what no screen shows and no database keeps, and without the spaces around it."""
    return text.translate(_INVISIBLE).strip()


def _text_reader(cells: Read) -> Read:
    """Most cells are text that stays as it is, and few of them come again."""

    def read(given: Cells) -> list[Any]:
        raws = cells(given)
        of = kinds(raws)
        if of == {int}:
            return list(map(str, raws))
        if of == {str}:
            texts = list(map(str.strip, raws))
            if all(texts):
                return texts
        return [None if raw is None else plain(raw).strip() or None for raw in raws]

    return read


def _text(raw: Any, name: str, rule: Rule) -> str | None:
    text = plain(raw).strip()
    if rule.pattern is not None:
        text = _matched(text, name, rule.pattern)
    return _translated(text, rule)


def _translated(text: str, rule: Rule) -> str | None:
    if rule.values:
        folded = {key.casefold(): value for key, value in rule.values.items()}
        fallback = text if rule.otherwise is None else rule.otherwise
        text = folded.get(text.casefold(), fallback)
    return rule.prefix + text if text else None


def _matched(text: str, name: str, pattern: str) -> str:
    """The group named as the field, else the first group, else all that matches."""
    match = re.search(pattern, text)
    if match is None:
        return ""
    if name in match.re.groupindex:
        return match[name] or ""
    return (match[1] if match.re.groups else match[0]) or ""


def _list(raw: Any, name: str, rule: Rule) -> tuple[str, ...]:
    if isinstance(raw, (list, tuple)):
        parts = [plain(part) for part in raw]
    else:
        text = plain(raw)
        text = _matched(text, name, rule.pattern) if rule.pattern else text
        parts = text.split(rule.split) if rule.split else [text]
    items = (_translated(part.strip(), rule) for part in parts)
    return tuple(dict.fromkeys(item for item in items if item))


def _flag_reader(rule: Rule) -> Callable[[Any], bool]:
    """Where only one side is named, everything else is the other, whatever the usual words say."""
    named = rule.true or rule.false
    yes = {plain(word).casefold() for word in (rule.true if named else YES)}
    no = {plain(word).casefold() for word in (rule.false if named else NO)}

    def flag(raw: Any) -> bool:
        word = plain(raw).strip().casefold()
        if word in yes:
            return True
        if word in no or not no:
            return False
        if not yes:
            return True
        raise Fault("unreadable_flag", raw, proposal("name_flag"))

    return flag


def _number_reader(rule: Rule, mapping: SourceMapping, at: Mapping[str, int], cells: Read) -> Read:
    decimal = rule.decimal or mapping.decimal
    by = rule.divide_by
    divisors = (
        divisor_cells(rule, by, mapping, at)
        if isinstance(by, str)
        else lambda given: [by or 1] * given.rows
    )

    def number(raw: Any, below: Any) -> float | None:
        value, per = _number(raw, decimal), _number(below, decimal)
        return _sensible(value * rule.multiply_by / per, raw, decimal) if per else None

    def one(raw: Any, below: Any) -> float | Fault | None:
        return None if raw is None or below is None else tried(number, raw, below)

    def read(given: Cells) -> list[Any]:
        raws, below = cells(given), divisors(given)
        if not kinds(raws) | kinds(below) <= {*NUMERIC, NoneType}:
            return list(map(one, raws, below))
        # In one go; empty cells are NaN, which makes no sense, and is looked at by itself.
        values, per = np.array(raws, dtype=float), np.array(below, dtype=float)
        with np.errstate(all="ignore"):
            found = values * rule.multiply_by / per
        sensible = [(each >= 0) & (each <= MOST) for each in (values, per, found)]
        numbers: list[Any] = found.tolist()
        for row in np.flatnonzero(~np.logical_and.reduce(sensible)).tolist():
            numbers[row] = one(raws[row], below[row])
        return numbers

    return read


def _number(raw: Any, decimal: str) -> float:
    if not isinstance(raw, str):
        return _sensible(raw, raw, decimal)
    text = raw.strip()
    grouping = _GROUPS[decimal].fullmatch(text)
    if grouping is not None:
        text = re.sub(r"[^\d,.]", "", text).replace("." if decimal == "," else ",", "")
    return _sensible(text.replace(decimal, "."), raw, decimal)


def _sensible(text: Any, raw: Any, decimal: str) -> float:
    try:
        value = float(text)
    except (TypeError, ValueError):
        like = proposal("write_like", example=f"12{decimal}50")
        raise Fault("unreadable_number", raw, like) from None
    # Not a number fails the comparison too.
    if not 0 <= value <= MOST:
        raise Fault("unreadable_number", raw, proposal("not_negative"))
    return value
