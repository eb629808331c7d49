"""Cells as foreign databases write them: texts, numbers, flags, moments."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.sources.cells import Cells
from data_access.sources.fields import reader
from data_access.sources.mapping import Mapping
from data_access.sources.mapping_rule import Rule
from data_access.sources.moments import Moment, moment_reader
from data_access.sources.problems import Fault, shown
from tests.data_access.sources.conftest import plain

BERLIN = ZoneInfo("Europe/Berlin")


def read_row(name: str, cells: Sequence[object], rule: dict, source: Mapping) -> object:
    """The value of a field of a row with columns a, b and so on. Raises the Fault if it is one."""
    at = {column: position for position, column in enumerate("abc"[: len(cells)])}
    read = reader(name, Rule.model_validate(rule), source, at)
    (value,), again = (read(Cells([[cell] * n for cell in cells], n)) for n in (1, 2))
    assert repr(again) == repr([value, value])
    if isinstance(value, Fault):
        raise value
    return value


def read(name: str, cell: object, /, **rule: object) -> object:
    """The value of a field whose one column holds `cell`, beside one that holds x."""
    return read_row(name, [cell, "x"], {"column": "a"} | rule, plain())


def read_moment(cell: object, formats: Sequence[str], zone: ZoneInfo | None) -> Moment | None:
    """What a cell says in one of the formats."""
    return moment_reader(formats, zone)(cell)


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("12,50", ",", 12.5),
        ("1.234,50", ",", 1234.5),
        ("1 234,5", ",", 1234.5),
        ("1,234.50", ".", 1234.5),
        ("12.5", ".", 12.5),
        ("0.125", ",", 0.125),
        ("0,125", ",", 0.125),
        ("1'234", ".", 1234.0),
        (Decimal("3.10"), ".", 3.1),
        (7, ",", 7.0),
        (2.5, ",", 2.5),
    ],
)
def test_a_number_is_read_as_its_country_writes_it(cell: object, decimal: str, value: float):
    assert read("offers", cell, decimal=decimal) == value


@pytest.mark.parametrize(
    "cell", ["12,5", "0,125", "0,125.5", "n/a", "-3", "nan", "inf", "1e99", "1.2.3"]
)
def test_what_makes_no_sense_as_a_number_is_a_fault(cell: str):
    with pytest.raises(Fault, match="unreadable_number"):
        read("offers", cell, decimal=".")


@pytest.mark.parametrize(
    ("cell", "words", "value"),
    [
        (1, {}, True),
        ("0", {}, False),
        (True, {}, True),
        ("Nein", {"true": ["nein"], "false": ["ja"]}, True),
        ("irgendwas", {"true": ["weg"]}, False),
        ("irgendwas", {"false": ["da"]}, True),
        (1, {"false": [1]}, False),
        (0, {"false": [1]}, True),
        (0, {"true": [0]}, True),
        (1, {"true": [0]}, False),
    ],
)
def test_a_flag_is_read_by_the_usual_words_or_by_those_named(
    cell: object, words: dict, value: bool
):
    assert read("paused", cell, **words) is value


def test_a_word_that_is_neither_yes_nor_no_is_a_fault():
    with pytest.raises(Fault, match="unreadable_flag"):
        read("paused", "vielleicht")


@pytest.mark.parametrize(("state", "value"), [("closed", True), ("open", None)])
def test_a_value_for_every_row_counts_where_its_condition_holds(state: str, value: bool | None):
    rule = {"value": True, "when": {"column": "a", "in": ["closed"]}}
    assert read_row("paused", [state], rule, plain()) is value


@pytest.mark.parametrize(
    ("cells", "join", "value"),
    [
        (("-", "030 1"), None, "030 1"),
        (("  ", "030 1"), None, "030 1"),
        (("?", "030 1"), None, "030 1"),
        (("-", " "), None, None),
        (("030", "1"), "/", "030/1"),
        # Joined, two different rows must not become one.
        (("-", "030 1"), "/", "-/030 1"),
    ],
)
def test_of_several_columns_the_first_counts_that_says_something(
    cells: tuple[str, str], join: str | None, value: str | None
):
    rule = {"columns": ["a", "b"], "join": join, "empty": ["?"]}
    assert read_row("phone", cells, rule, plain(empty=["-"])) == value


@pytest.mark.parametrize(
    ("cell", "rule", "value"),
    [
        ("eu:uk,de", {"pattern": r":(.*)$", "split": ","}, ("uk", "de")),
        (["de", "fr"], {}, ("de", "fr")),
        ("1|2", {"split": "|", "values": {"1": "DE", "2": "FR"}}, ("DE", "FR")),
        ("de;;de", {"split": ";"}, ("de",)),
        ("x", {"pattern": r"^(?P<marketplaces>\d*)"}, ()),
    ],
)
def test_a_list_is_split_and_translated_and_names_each_once(cell: object, rule: dict, value: tuple):
    assert read("marketplaces", cell, **rule) == value


@pytest.mark.parametrize(
    ("cell", "rule", "value"),
    [
        (9, {"values": {9: "refused"}}, "refused"),
        ("PRO", {"values": {"pro": "professional"}}, "professional"),
        ("odd", {"values": {"pro": "professional"}}, "odd"),
        ("odd", {"values": {"pro": "professional"}, "otherwise": "individual"}, "individual"),
        ("shop.example", {"prefix": "https://"}, "https://shop.example"),
        ("", {"default": "de"}, "de"),
        ("?", {"empty": ["?"]}, None),
        (3.0, {}, "3"),
        (b"Nord", {}, "Nord"),
        ("a", {"when": {"column": "b", "in": ["y"]}}, None),
        ("a", {"when": {"column": "b", "not_in": ["y"]}}, "a"),
    ],
)
def test_a_text_is_translated_prefixed_or_empty_as_its_rule_says(
    cell: object, rule: dict, value: str | None
):
    assert read("name", cell, **rule) == value


MARCH = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "formats", "remark"),
    [
        ("01.03.2026 10:00", ["iso", "%d.%m.%Y %H:%M"], ""),
        ("2026-03-01T10:00", ["iso"], ""),
        ("2026-03-01T09:00Z", ["iso"], ""),
        ("2026-03-01 18:00:00+09:00", ["iso"], ""),
        (int(MARCH.timestamp()), ["unix"], ""),
        (str(int(MARCH.timestamp())), ["unix"], ""),
        (MARCH.timestamp() * 1000, ["unix_ms"], ""),
        (b"2026-03-01T10:00", ["iso"], ""),
        (int(MARCH.timestamp() * 1000), ["unix"], "milliseconds"),
        (int(MARCH.timestamp()), ["unix_ms"], "seconds"),
        (datetime(2026, 3, 1, 10), ["iso"], ""),  # noqa: DTZ001
        (MARCH, ["iso"], ""),
    ],
)
def test_a_moment_is_the_same_however_it_is_written(cell: object, formats: list[str], remark: str):
    moment = read_moment(cell, formats, BERLIN)
    assert (moment.at, moment.remark) == (MARCH, remark)


def test_a_day_is_its_midnight_and_has_no_time():
    for cell, form in ((date(2026, 3, 1), "iso"), ("2026-03-01", "iso"), ("1.3.2026", "%d.%m.%Y")):
        moment = read_moment(cell, [form], BERLIN)
        assert moment.at == datetime(2026, 2, 28, 23, tzinfo=UTC)
        assert not moment.has_time


def test_a_time_without_any_zone_is_utc_and_remarked():
    moment = read_moment("2026-03-01T09:00", ["iso"], None)
    assert (moment.at, moment.remark) == (MARCH, "no_zone")


def test_the_hours_of_a_clock_change_are_remarked():
    twice = read_moment("25.10.2026 02:30", ["%d.%m.%Y %H:%M"], BERLIN)
    never = read_moment("29.03.2026 02:30", ["%d.%m.%Y %H:%M"], BERLIN)
    assert (twice.remark, twice.at.hour) == ("ambiguous_time", 0)
    assert never.remark == "nonexistent_time"


@pytest.mark.parametrize("cell", ["0000-00-00", "0000-00-00 00:00:00", 0, "0"])
def test_what_some_databases_write_for_nothing_is_no_moment(cell: object):
    assert read_moment(cell, ["unix", "iso"], BERLIN) is None


@pytest.mark.parametrize(
    "cell", ["31.02.2026", "12/05/2026", "gestern", "9999-12-31", "0001-01-01", "1e300", -5]
)
def test_what_fits_no_format_or_lies_beyond_all_sense_is_a_fault(cell: object):
    with pytest.raises(Fault, match="unreadable_moment"):
        read_moment(cell, ["iso", "%d.%m.%Y", "unix"], BERLIN)


@given(st.text() | st.integers() | st.floats() | st.binary() | st.datetimes() | st.dates())
def test_any_cell_is_a_moment_or_a_fault(cell: object):
    try:
        moment = read_moment(cell, ["iso", "%d.%m.%Y %H:%M", "unix", "unix_ms"], BERLIN)
    except Fault as fault:
        assert fault.fix
    else:
        assert moment is None or 1990 <= moment.at.year < 2200


def test_a_token_is_never_shown():
    assert "geheim" not in shown("Atzr|geheim")
    assert "geheim" not in shown("x Atza|geheim")


def test_a_long_or_unprintable_value_is_shown_short():
    assert len(shown("x" * 10_000)) == 200
    assert "\x1b" not in shown("\x1b[31mred")


@pytest.mark.parametrize("below", ["", " ", "-", None])
def test_divided_by_an_empty_cell_is_not_known_and_no_mistake(below: object):
    rule = {"column": "a", "divide_by": "b"}
    assert read_row("average_order_value", ["100", below], rule, plain(empty=["-"])) is None


@pytest.mark.parametrize(("below", "times"), [("1", -1), ("1e-300", 1)])
def test_what_comes_of_dividing_and_multiplying_makes_sense_too(below: str, times: int):
    """An account with less than nothing to lose would be in no list that begins with the most."""
    rule = {"column": "a", "divide_by": "b", "multiply_by": times}
    with pytest.raises(Fault, match="unreadable_number"):
        read_row("average_order_value", ["1e12", below], rule, plain())


@pytest.mark.parametrize("cell", [-1, -1.0, Decimal("-1.00"), "-1", " -1 "])
def test_a_number_that_means_nothing_is_empty_however_the_source_holds_it(cell: object):
    assert read("orders_per_day", cell, empty=["-1"]) is None
    assert read("customer_number", cell, empty=["-1"], default="C0") == "C0"
