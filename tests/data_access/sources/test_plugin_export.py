"""The plugin's German CSV export, against figures worked out with csv and datetime alone."""

import csv
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from data_access import rollup
from data_access.sources import Mapping, Result, read_source
from data_access.sources.proposals import PROPOSALS
from data_access.texts import retold
from tests.conftest import NOW
from tests.data_access.sources.conftest import DATA, rows_of

BERLIN = ZoneInfo("Europe/Berlin")
NOT_TAKEN = {33, 64, 79, 92, 202, 243}


@pytest.fixture(scope="module")
def result(shared: Engine, export: str, export_mapping: Mapping) -> Result:
    return read_source(export, export_mapping, of=shared, now=NOW)


def exported() -> dict[int, list[str]]:
    """The rows of the file by the line they stand in."""
    with (DATA / "plugin_export.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = csv.reader(file, delimiter=";")
        next(lines)
        return dict((lines.line_num, cells) for cells in lines)


def test_every_row_is_taken_rejected_or_merged(shared: Engine, result: Result):
    assert result.rows_read == len(exported()) == 422
    assert (result.rows_taken, result.rows_rejected, result.rows_merged) == (415, 6, 1)
    assert rows_of(shared, 'SELECT count(*) FROM "authorization"') == [(415,)]


def test_the_report_names_each_odd_row_and_why(result: Result):
    assert {(p.place, p.taken, p.reason) for p in result.problems} == {
        ("line 33", False, "unreadable_grant"),
        ("line 64", False, "unreadable_grant"),
        ("line 79", False, "unknown_marketplace"),
        ("line 92", False, "no_selling_partner_id"),
        ("line 202", False, "too_few_columns"),
        ("line 243", False, "contradicting_row"),
        ("line 113", True, "expiry_not_365"),
        ("line 142", True, "future_grant"),
        ("line 142", True, "expiry_not_365"),
        ("line 183", True, "no_contact"),
        ("line 223", True, "duplicate_row"),
        ("line 264", True, "unreadable_number"),
    }


def test_a_fix_is_worked_out_from_the_expiry(result: Result):
    fixes = {p.place: p.fix for p in result.problems if p.reason == "unreadable_grant"}
    assert fixes == {
        "line 33": "Expiry minus 365 days would be 01.01.2026.",
        "line 64": "Expiry minus 365 days would be 06.12.2025.",
    }


def test_whatever_is_proposed_is_known_again_to_be_told_in_another_language(result: Result):
    told = {
        problem.fix: retold(problem.fix, PROPOSALS.values(), "known: {}".format)
        for problem in result.problems
        if problem.fix
    }
    assert len(told) > 5
    assert [fix for fix, again in told.items() if fix == again] == []


def test_dates_are_local_times_of_berlin(shared: Engine, result: Result):
    expected = {}
    for line, cells in exported().items():
        if line not in NOT_TAKEN:
            utc = None
            if cells[8]:
                local = datetime.strptime(cells[8], "%d.%m.%Y %H:%M").replace(tzinfo=BERLIN)
                utc = local.astimezone(UTC)
            expected[cells[5], cells[6]] = (utc, utc and utc + timedelta(days=365))
    found = rows_of(
        shared,
        'SELECT selling_partner_id, home_marketplace, granted_at, expires_at FROM "authorization"',
    )
    assert {key[:2]: tuple(map(_aware, key[2:])) for key in found} == expected


def _aware(value: object) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def test_words_and_numbers_are_translated(shared: Engine, result: Result):
    rows = [c for line, c in exported().items() if line not in {*NOT_TAKEN, 223}]
    individual = sum(cells[7] == "Einzelanbieter" for cells in rows)
    count = 'SELECT count(*) FROM "authorization" WHERE {}'
    assert rows_of(shared, count.format("plan = 'individual'")) == [(individual,)]
    assert rows_of(shared, count.format("paused")) == [(1,)]
    basket = (
        'SELECT p.average_order_value FROM sync_profile p JOIN "authorization" a'
        " ON a.id = p.authorization_id WHERE a.selling_partner_id = 'AQQB146TH73JMV'"
    )
    assert rows_of(shared, basket) == [(29.31,)]


def test_hostile_names_stay_as_they_are(shared: Engine, result: Result):
    names = {name for (name,) in rows_of(shared, "SELECT name FROM seller")}
    assert '=HYPERLINK("https://evil.example";"Klick")' in names
    assert "<b onmouseover=alert(1)>Böse</b> GmbH" in names


def test_the_rollup_is_exact(shared: Engine, result: Result):
    with shared.connect() as connection:
        assert rollup.drift(connection) == 0


def test_a_second_import_changes_nothing(
    shared: Engine, result: Result, export: str, export_mapping: Mapping
):
    tables = ('"authorization"', "seller", "sync_profile", "event", "lapse", "source_problem")
    before = [rows_of(shared, f"SELECT * FROM {t} ORDER BY 1") for t in tables[:-1]]
    again = read_source(export, export_mapping, of=shared, now=NOW + timedelta(hours=1))
    assert again.counts.total == 0
    assert again.reasons == result.reasons
    assert [rows_of(shared, f"SELECT * FROM {t} ORDER BY 1") for t in tables[:-1]] == before
    assert rows_of(shared, "SELECT count(*) FROM source_problem") == [(12,)]


def test_a_dry_run_says_the_same_and_writes_nothing(
    database: Engine, export: str, export_mapping: Mapping
):
    dry = read_source(export, export_mapping, of=database, now=NOW, dry_run=True)
    assert (dry.rows_taken, dry.rows_rejected, dry.rows_merged) == (415, 6, 1)
    assert dry.counts.granted == 407
    for table in ('"authorization"', "seller", "event", "source_run", "source_problem"):
        assert rows_of(database, f"SELECT count(*) FROM {table}") == [(0,)]
