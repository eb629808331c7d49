"""`make bench` is no test; that its parts are there and its table says what was measured, is."""

import importlib
import json

import pytest

from tests.bench.__main__ import PARTS
from tests.bench.measurement import Measurement
from tests.bench.table import Failure, Results


@pytest.mark.parametrize("part", PARTS)
def test_every_part_can_be_measured(part):
    assert callable(importlib.import_module(f"tests.bench.{part}").measure)


@pytest.fixture
def results(tmp_path):
    """Of a run that measured one click at two numbers of accounts."""
    results = Results(tmp_path)
    for where, small, large in (("desk", 50.0, 60.0), ("Datasette", 2.0, 3_000.0)):
        for accounts, took in ((1_000, small), (100_000, large)):
            values = [took, took / 2, took * 2]
            results.add(Measurement("peers", "a click", where, accounts, "ms", values))
    results.fail(Failure("peers", "a click", "Django admin", 1_000, "not within 30 s"))
    return results


def test_desk_and_peers_stand_in_one_line_with_how_many_times_the_desk(results):
    results.write()
    lines = (results.folder / "results.md").read_text("utf-8").splitlines()
    assert "| what | accounts | unit | desk | Datasette |" in lines
    assert "| a click | 1,000 | ms | 50 (1.0) | 2.00 (0.04) |" in lines
    assert "| a click | 100,000 | ms | 60 (1.0) | 3,000 (50.0) |" in lines
    told = json.loads((results.folder / "results.json").read_text("utf-8"))
    assert {(each["where"], each["accounts"]): each["times"] for each in told["times_desk"]} == {
        ("desk", 1_000): 1.0,
        ("desk", 100_000): 1.0,
        ("Datasette", 1_000): 0.04,
        ("Datasette", 100_000): 50.0,
    }


def test_growth_is_the_slope_over_the_numbers_of_accounts(results):
    # 1,500 times as much for a hundred times as many: log 1,500 / log 100.
    assert results.growth()["peers", "a click", "Datasette"] == pytest.approx(1.5880, abs=1e-4)


def test_what_could_not_be_measured_is_in_the_results(results):
    results.write()
    written = (results.folder / "results.md").read_text("utf-8")
    assert "- peers: a click, Django admin over 1,000 accounts: not within 30 s" in written
