"""Rows are read by the thousand, column by column; nobody should be able to tell."""

from dataclasses import replace
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from data_access.sources.cells import Cells
from data_access.sources.fields import reader
from data_access.sources.mapping_rule import Rule
from data_access.sources.problems import Fault
from data_access.sources.reading import SourceRow
from data_access.sources.translate import Translated, Translator
from tests.conftest import NOW
from tests.data_access.sources.conftest import HEADING, plain

MAPPING = plain(
    fields={
        "name": {"column": "name", "empty": ["-"]},
        "state": {"column": "email", "values": {"1": "granted", "9": "refused"}},
        "refusal": "name",
        "plan": {"column": "market", "values": {"DE": "professional"}},
        "paused": {"column": "synced", "true": ["ja"], "false": ["nein"]},
        "orders_per_day": {"column": "customer", "divide_by": "synced"},
        "other_channel_share": "synced",
        "marketplaces": {"column": "market", "split": ","},
    },
    seller_exists="expires",
)
CELLS = st.sampled_from(
    [
        *("", " ", "-", "1", "9", "ja", "nein", "0.5", "30", "A1NORD", "bad id!", "x" * 201),
        *("DE", "DE,FR", "DE,US", "JP", "moon", "a@nord.example", "Łódź\x01", "\ufffd", "gelöscht"),
        *("2026-03-01T10:00Z", "2026-10-25T02:30", "2027-03-01", "31.02.2026", "0000-00-00"),
        *(None, True, 1, 0, 2.5, -1, b"bytes"),
    ]
)
GOOD = ["C1", "Nord GmbH", "1", "A1NORD", "DE", "2026-03-01T10:00Z", "2027-03-01", "0.5"]


def changed(changes: dict[int, object], number: int, is_broken: bool) -> SourceRow:
    """A good row with some other cells, one of its own among them."""
    cells = [changes.get(at, cell) for at, cell in enumerate(GOOD)]
    cells[1] = f"{cells[1]}{number}" if cells[1] == GOOD[1] else cells[1]
    if is_broken:
        return SourceRow(1, cells[:3], Fault("too_few_columns", "3 of 8", "Complete the row."))
    return SourceRow(1, cells)


# Most rows are good, or hardly one of several would be taken.
CHANGES = st.dictionaries(st.integers(0, len(HEADING) - 1), CELLS, max_size=2)
BROKEN = st.sampled_from([False, False, False, True])
ROWS = st.lists(st.builds(changed, CHANGES, st.integers(0, 99), BROKEN), min_size=1, max_size=8)


def translated(rows: list[SourceRow]) -> Translated:
    """What rows become where customer 30 was erased."""
    translator = Translator(MAPPING, HEADING, NOW, "app", {"30"})
    return translator(rows, ["line 1"] * len(rows))


@given(ROWS)
def test_a_row_becomes_the_same_among_others_as_alone(rows: list[SourceRow]):
    together, alone = translated(rows), [translated([row]) for row in rows]
    for name, column in together.accounts.items():
        assert list(column) == list(chain.from_iterable(each.accounts[name] for each in alone))
    assert together.rejected == [identity for each in alone for identity in each.rejected]
    assert together.taken == [row for row, each in enumerate(alone) if each.taken]
    said = {row: each.problems[0] for row, each in enumerate(alone) if each.problems}
    assert together.problems == said


@given(ROWS)
def test_every_row_is_an_account_or_rejected_for_one_reason(rows: list[SourceRow]):
    result = translated(rows)
    assert len(result.taken) + len(result.rejected) == len(rows)
    for row in range(len(rows)):
        of_row = [problem for problem in result.problems.get(row, []) if not problem.taken]
        assert len(of_row) == (row not in result.taken)


def test_of_an_erased_customer_nothing_is_said():
    odd = SourceRow(1, ["30", "\x01", "no address", "bad id!", "moon", "gestern", "", ""])
    (problem,) = translated([odd]).problems[0]
    assert problem == replace(problem, taken=False, reason="erased", column="", value="", fix="")


def test_of_an_erased_customer_no_key_is_told_that_names_them():
    for place in ("customer=30", "seller=A1NORD", "seller=A1NORD, id=7"):
        translator = Translator(MAPPING, HEADING, NOW, "app", {"30"})
        (problem,) = translator([SourceRow(1, ["30", *GOOD[1:]])], [place]).problems[0]
        assert problem.place == ""


def test_equal_cells_of_different_kinds_stay_different():
    rule = Rule.model_validate({"column": "a", "values": {"1": "one", "True": "yes"}})
    read = reader("name", rule, plain(), {"a": 0})
    for cells in ([1, True, "1", 1], [True, 1, "True", True]):
        wanted = ["yes" if str(cell) == "True" else "one" for cell in cells]
        assert read(Cells([cells], len(cells))) == wanted


def test_a_refused_grant_is_not_confirmed_by_a_sync_and_only_its_refusal_is_looked_at():
    asked = {"state": "expires", "refusal": "synced", "last_sync_at": "granted", "expires_at": None}
    mapping = plain(fields=asked)
    rows = [
        SourceRow(1, [*GOOD[:2], "a@nord.example", *GOOD[3:6], state, "MD\x01"])
        for state in ("refused", "granted")
    ]
    result = Translator(mapping, HEADING, NOW, "app", ())(rows, ["line 1"] * 2)
    assert result.accounts["refusal"] == ["MD", ""]
    assert result.accounts["confirmed_at"] == [None, result.accounts["granted_at"][1]]
    assert [(row, said.reason) for row in result.problems for said in result.problems[row]] == [
        (0, "control_characters")
    ]
