"""One field of a row, read by its rule: from a cell to a text, a number, a moment, a flag."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from data_access.sources.mapping import Mapping as SourceMapping
from data_access.sources.mapping_rule import Rule
from data_access.sources.moments import read_moment
from data_access.sources.problems import Fault

Row = Sequence[Any]
Read = Callable[[Row], Any]

MEMORY = 20_000
"""How many different cells of a column are remembered; few values repeat in most columns."""

MOST = 1e12
"""More than this of anything, each day, is a slip."""

YES = ("1", "true", "yes", "y", "t", "ja", "on")
NO = ("0", "false", "no", "n", "f", "nein", "off")

# Thousands are set off in threes, or it is a decimal sign of another country: 12,5 is not 125.
_GROUPS = {
    sign: re.compile(rf"\d{{1,3}}([{other}' \u00a0\u202f]\d{{3}})+({re.escape(sign)}\d*)?")
    for sign, other in ((",", "."), (".", ","))
}

_INVISIBLE = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


def reader(name: str, rule: Rule, mapping: SourceMapping, at: Mapping[str, int]) -> Read:
    """A function from a row to the value of the field `name`; None where the cell is empty.

    at: the position of each column in a row. The function raises Fault.
    """
    cell = _cell(rule, mapping, at)
    if name in MOMENTS:
        formats, zone = rule.formats or ("iso",), mapping.zone_of(rule)
        return _after(cell, lambda raw: read_moment(raw, formats, zone), remember=False)
    if name in NUMBERS:
        return _number_reader(rule, mapping, at, cell)
    if name == "paused":
        return _after(cell, _flag_reader(rule))
    if name == "marketplaces":
        return _after(cell, lambda raw: _list(raw, name, rule))
    return _after(cell, lambda raw: _text(raw, name, rule))


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


def plain(raw: Any) -> str:
    """A cell as text; whole numbers without a decimal point."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (bytes, bytearray, memoryview)):
        return bytes(raw).decode("utf-8", "replace")
    if isinstance(raw, (float, Decimal)) and math.isfinite(raw) and raw == int(raw):
        return str(int(raw))
    return str(raw)


def cleaned(text: str) -> str:
    """Without what no screen shows and no database keeps, and without the spaces around it."""
    return text.translate(_INVISIBLE).strip()


def _cell(rule: Rule, mapping: SourceMapping, at: Mapping[str, int]) -> Read:
    """The raw cell, the default in place of an empty one."""
    if rule.value is not None:
        return _only_when(rule, lambda _row: rule.value, at)
    empty = frozenset({"", *mapping.empty, *rule.empty})
    origin = _joined(rule, empty, at) if rule.columns else _single(at[rule.column or ""])
    return _only_when(rule, _filled(origin, empty, rule.default), at)


def _single(position: int) -> Read:
    return lambda row: row[position] if position < len(row) else None


def _filled(origin: Read, empty: frozenset[str], default: Any = None) -> Read:
    """The raw cell, the default in place of one that is empty or means nothing."""

    def cell(row: Row) -> Any:
        raw = origin(row)
        if raw is None or (isinstance(raw, str) and raw.strip() in empty):
            return default
        return raw

    return cell


def _joined(rule: Rule, empty: frozenset[str], at: Mapping[str, int]) -> Read:
    """Several columns as one text, or the first that says something where nothing joins them."""
    cells = [_single(at[column]) for column in rule.columns]
    telling = [_filled(cell, empty) for cell in cells]

    def first(row: Row) -> Any:
        return next((raw for raw in (cell(row) for cell in telling) if raw is not None), None)

    def joined(row: Row) -> Any:
        # A part that means nothing stays: two customer numbers must not become one.
        filled = (raw for raw in (cell(row) for cell in cells) if raw not in (None, ""))
        return rule.join.join(plain(raw).strip() for raw in filled)

    return first if rule.join is None else joined


def _only_when(rule: Rule, cell: Read, at: Mapping[str, int]) -> Read:
    if rule.when is None:
        return cell
    other = _single(at[rule.when.column])
    wanted = {plain(value).casefold() for value in rule.when.is_}
    unwanted = {plain(value).casefold() for value in rule.when.is_not}

    def conditional(row: Row) -> Any:
        value = other(row)
        text = "" if value is None else plain(value).strip().casefold()
        fits = (not wanted or text in wanted) and text not in unwanted
        return cell(row) if fits else rule.default

    return conditional


def _after(cell: Read, convert: Callable[[Any], Any], remember: bool = True) -> Read:
    """`convert` of the cell, remembered for cells that come again."""
    known: dict[Any, Any] = {}

    def read(row: Row) -> Any:
        raw = cell(row)
        if raw is None:
            return None
        if not remember or not isinstance(raw, (str, int)):
            return convert(raw)
        key = (raw.__class__, raw)
        if key not in known:
            if len(known) >= MEMORY:
                known.clear()
            known[key] = convert(raw)
        return known[key]

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
        raise Fault("unreadable_flag", raw, "Name the word under true or false in the mapping.")

    return flag


def _number_reader(rule: Rule, mapping: SourceMapping, at: Mapping[str, int], cell: Read) -> Read:
    decimal = rule.decimal or mapping.decimal
    by = rule.divide_by
    divisor: Read = _single(at[by]) if isinstance(by, str) else lambda _row: by or 1

    def number(row: Row) -> float | None:
        raw, below = cell(row), divisor(row)
        if raw is None or below is None:
            return None
        value, per = _number(raw, decimal), _number(below, decimal)
        return value * rule.multiply_by / per if per else None

    return number


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
        raise Fault("unreadable_number", raw, f"Write it like 12{decimal}50.") from None
    # Not a number fails the comparison too.
    if not 0 <= value <= MOST:
        raise Fault("unreadable_number", raw, "It should be 0 or more.")
    return value
