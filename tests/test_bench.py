"""`make bench` is no test; that its parts are there and its table says what was measured, is."""

import importlib
import json
import math
import os
import subprocess
import sys
from collections import Counter
from contextlib import asynccontextmanager, nullcontext
from types import SimpleNamespace

import pytest
import typer

from data_access.migrate import is_current
from data_access.snapshot import snapshot
from tests.bench import __main__ as bench
from tests.bench import agents, databases, engine
from tests.bench.__main__ import PARTS
from tests.bench.databases import commit_nothing
from tests.bench.measurement import EMPTY_PAGE, Measurement
from tests.bench.peers import measuring
from tests.bench.profile import NATIVE, OTHERS, _together, shares
from tests.bench.statements import passed_over
from tests.bench.table import Failure, Results
from tests.bench.visits import ROUNDS, Visit


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


def test_what_a_browser_took_stands_beside_an_empty_page(results, monkeypatch):
    def visit(where, took):
        tab = SimpleNamespace(
            settle=lambda: None,
            wire=SimpleNamespace(taken=lambda: took * 2),
            timed=lambda act, selector: took,
        )
        return Visit(results, None, "browser", where, 0, "", os.getpid(), ""), tab

    for where, what, took in ((EMPTY_PAGE, "rerun", 40.0), ("sqlite", "a filter", 150.0)):
        seen, tab = visit(where, took)
        seen.clicks(tab, what, print, "canvas")
        seen.memory("server memory" if where == EMPTY_PAGE else "server memory, 10 sessions")
    results.write()
    told = json.loads((results.folder / "results.json").read_text("utf-8"))["measurements"]
    times = {each["what"]: each["times_empty"] for each in told if each["part"] == "browser"}
    assert times["a filter"] == times["a filter, over the wire"] == 3.75
    assert times["server memory, 10 sessions"] == pytest.approx(1.0, abs=0.1)
    assert times["rerun"] is None
    written = (results.folder / "results.md").read_text("utf-8")
    assert "| a filter | sqlite | 0 | 150 | 150 | 150 | ms |  |  | 3.75 |" in written


def test_what_a_load_shows_first_has_a_line_of_its_own_cold_and_warm(results, monkeypatch):
    tab = SimpleNamespace(
        settle=lambda: None,
        wire=SimpleNamespace(taken=lambda: 2_600.0),
        load=lambda address: {"picture": 900.0, "chart": 2_700.0},
        reload=lambda: {"picture": 300.0, "chart": 950.0},
    )
    monkeypatch.setattr(Visit, "tab", lambda *_: nullcontext(tab))
    visit = Visit(results, None, "browser", "sqlite", 1_000, "", 0, "")
    visit.loads("/", {"picture": "svg", "chart": "svg"}, {"picture": (1_400, 500)}, "accounts")
    assert [(each.what, each.median, each.target) for each in results.all[-5:]] == [
        ("accounts: cold load to picture", 900.0, 1_400),
        ("accounts: cold load to chart", 2_700.0, None),
        ("accounts: warm reload to picture", 300.0, 500),
        ("accounts: warm reload to chart", 950.0, None),
        ("accounts: cold load over the wire", 2.6, 3),
    ]


@pytest.mark.parametrize(
    ("plan", "stops_early", "found"),
    [
        (["SCAN authorization"], True, {"authorization"}),
        (["SCAN seller USING COVERING INDEX ix"], False, {"seller"}),
        (["SCAN seller USING COVERING INDEX ix"], True, set()),
        (["SEARCH seller USING INDEX ix (id=?)"], False, set()),
        (
            ["->  Index Only Scan using ix on lapse  (cost=0)", "  Index Cond: (id = 1)"],
            False,
            set(),
        ),
        (["->  Index Only Scan using ix on lapse  (cost=0)", "  Filter: x"], False, {"lapse"}),
        (["->  Index Scan Backward using ix on event"], False, {"event"}),
        (["->  Index Scan Backward using ix on event"], True, set()),
        (["->  Limit (cost=0)", "->  Index Only Scan using ix on event"], False, set()),
    ],
)
def test_a_plan_that_reads_a_big_table_whole_is_known(plan, stops_early, found):
    assert passed_over(plan, stops_early) == found


def test_a_profile_is_counted_between_the_press_and_the_frame_by_script():
    def frame(number, function, url=""):
        return {"id": number, "callFrame": {"functionName": function, "url": url}}

    profile = {
        "nodes": [
            frame(1, "(idle)"),
            frame(2, "render", "http://127.0.0.1/static/js/index.DormvYxC.js"),
            frame(3, "(program)"),
            frame(4, "look", ""),
        ],
        "startTime": 1_000_000,
        "samples": [1, 2, 3, 4, 2],
        "timeDeltas": [4_000, 2_000, 3_000, 1_000, 5_000],
    }
    found = shares(profile, 1_003_000, 1_011_000)
    assert found == {"waiting": 1, "index": 3, NATIVE["(program)"]: 3, OTHERS: 1}


def test_small_shares_of_a_profile_are_put_together():
    rounds = [{"waiting": 90.0, "index": 8.0, "a": 1.0}, {"waiting": 90.0, "index": 9.0, "b": 2.0}]
    told = {"waiting": [90.0, 90.0], "index": [8.0, 9.0], OTHERS: [1.0, 2.0]}
    assert _together(rounds) == told


def test_what_could_not_be_measured_is_in_the_results(results):
    results.write()
    written = (results.folder / "results.md").read_text("utf-8")
    assert "- peers: a click, Django admin over 1,000 accounts: not within 30 s" in written


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the bench with parts that measure nothing; `engine` breaks."""

    def measure_nothing(results, urls):
        ran.append(urls)

    def measure_in_vain(results, urls):
        raise AssertionError("the desk does not answer")

    ran = []
    for part in PARTS:
        measure = measure_in_vain if part == "engine" else measure_nothing
        monkeypatch.setitem(sys.modules, f"tests.bench.{part}", SimpleNamespace(measure=measure))
    monkeypatch.setattr(bench, "FOLDER", tmp_path)
    monkeypatch.setattr(bench, "databases", lambda *of: nullcontext(of[2]))

    def run(parts, engines="sqlite"):
        bench.main(parts, "1000", engines)
        return ran

    return run


def test_what_is_named_is_measured(run):
    assert run("loading, statements", "postgresql,sqlite") == [["sqlite", "postgresql"]] * 2


@pytest.mark.parametrize("named", [("statement",), ("statements", "postgres"), ("",)])
def test_a_part_or_an_engine_that_is_none_is_refused(run, named):
    """Nothing at all would be measured, and an old table be called the result."""
    with pytest.raises(typer.BadParameter):
        run(*named)


def test_a_part_that_breaks_costs_no_other_and_is_told(run, tmp_path):
    with pytest.raises(typer.Exit) as ended:
        run("engine,loading")
    assert ended.value.exit_code == 1
    written = (tmp_path / "results.md").read_text("utf-8")
    assert "- engine: the rest, all: AssertionError: the desk does not answer" in written
    assert run("loading") == [["sqlite"]] * 2


def test_a_peer_that_cannot_be_served_costs_no_other(tmp_path, monkeypatch):
    def serve(url):
        raise AssertionError(f"{url} does not answer")

    cannot = [SimpleNamespace(name=name, serve=serve) for name in ("Datasette", "Dash")]
    monkeypatch.setattr(measuring, "chromium", nullcontext)
    monkeypatch.setattr(measuring, "hands", lambda: cannot)
    results = Results(tmp_path)
    measuring.measure(results, {("sqlite", 1_000): "it"})
    assert [(each.where, each.why) for each in results.failures] == [
        ("Datasette", "AssertionError: it does not answer"),
        ("Dash", "AssertionError: it does not answer"),
    ]


def test_each_click_that_is_timed_is_the_first_of_its_kind(results):
    """The second would be answered from what the desk still holds of the first."""
    done = []
    tab = SimpleNamespace(
        settle=lambda: done.append("settled"),
        wire=SimpleNamespace(taken=lambda: 0.0),
        timed=lambda act, selector: done.append("timed") or 1.0,
    )
    visit = Visit(results, None, "peers", "desk", 1_000, "", 0, "", lambda: done.append("forgot"))
    visit.clicks(tab, "a filter", print, "canvas")
    assert done == ["settled", "forgot", "timed", "settled"] * ROUNDS


def test_a_commit_of_nothing_lets_go_what_is_held_and_leaves_all_as_it_was(database):
    held = snapshot(database)
    assert snapshot(database) is held
    commit_nothing(database.url.render_as_string(hide_password=False))
    assert snapshot(database) is not held
    assert is_current(database)


def test_the_plain_loop_works_out_what_it_is_timed_at():
    assert all(math.isfinite(figure) and figure > 0 for figure in engine.plain_loop(50))


def test_the_engine_is_measured_at_each_number_of_accounts(results, monkeypatch):
    monkeypatch.setattr(engine, "ACCOUNTS", 400)
    monkeypatch.setattr(engine, "SIZES", (100, 400))
    monkeypatch.setattr(engine, "plain_loop", lambda accounts: None)
    monkeypatch.setattr(engine, "discrete_events", lambda accounts: None)
    engine.measure(results, {})
    measured = [each for each in results.all if each.part == "engine"]
    assert {each.accounts for each in measured if "90 days" in each.what} == {100, 400}
    growing = {what for part, what, _ in results.growth() if part == "engine"}
    assert growing == {"expiries over a year, 90 days", "the same, a year, as a screen has it"}


def test_agents_whom_nobody_served_are_told_with_the_reason(results, monkeypatch):
    async def day(served, number, rows):
        return agents._Day(errors="errors 10: TimeoutError")

    async def nothing(address):
        pass

    monkeypatch.setattr(agents, "_work_day", day)
    monkeypatch.setattr(agents, "_first_look", nothing)
    agents._measure(results, "sqlite", 1_000, [("", os.getpid())], 10)
    assert results.failures[-1] == Failure(
        "agents", "10 agents", "sqlite", 1_000, "errors 10: TimeoutError"
    )


def test_agents_are_spread_evenly_over_the_processes_that_serve(results, monkeypatch):
    came = Counter()

    @asynccontextmanager
    async def connected(address):
        came[address] += 1
        yield address

    async def open_(session):
        pass

    async def work(session, number, of, day):
        day.taken.append(20.0)
        day.sizes.append(12_000)

    monkeypatch.setattr(agents, "_connected", connected)
    monkeypatch.setattr(agents._Session, "open", open_)
    monkeypatch.setattr(agents, "_work", work)
    agents._measure(results, "postgresql", 1_000, [("a", os.getpid()), ("b", os.getpid())], 4)
    assert came == {"a": 1 + 2, "b": 1 + 2}
    measured = {each.what for each in results.all if each.part == "agents"}
    assert {what.rpartition(", ")[0] for what in measured} == {"4 agents, 2 processes"}


def test_the_server_of_a_run_that_was_killed_is_stopped_after_the_next(tmp_path, monkeypatch):
    users = tmp_path / "postgresql" / ".handle_pids.json"
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    users.parent.mkdir()
    users.write_text(json.dumps([killed.pid, os.getpid()]))
    server = SimpleNamespace(get_uri=lambda: "postgresql://it", cleanup=lambda: None)
    monkeypatch.setattr(databases, "get_server", lambda *of, **how: server)
    with databases.postgresql(tmp_path) as url:
        assert url == "postgresql+psycopg://it"
        assert json.loads(users.read_text()) == [os.getpid()]
