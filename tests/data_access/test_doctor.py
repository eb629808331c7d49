"""What the doctor finds: in the accounts themselves, and in the last reading of each source."""

import pytest
from sqlalchemy import Connection, Engine, Table, text
from typer.testing import CliRunner

from data_access import demo, rollup
from data_access.audit import acting
from data_access.doctor import COLUMNS, examine
from data_access.sources import read_mapping, read_source
from rules.acts import Act, Actor, Role
from tests.conftest import NOW
from tests.data_access.sources.conftest import (  # noqa: F401 - write is a fixture
    DATA,
    EXAMPLES,
    plain,
    row,
    write,
)
from tests.emptying import without_guards
from web.command_line import app


@pytest.fixture
def read(database: Engine) -> Engine:
    """A token database into which both real sources were read."""
    for name, ending in (("plugin_export", "csv"), ("plugin_tokens", "sqlite")):
        mapping = read_mapping(EXAMPLES / f"{name}.toml")
        read_source(str(DATA / f"{name}.{ending}"), mapping, of=database, now=NOW)
    return database


def test_an_empty_database_has_nothing_odd(database: Engine):
    found = examine(database, NOW)
    assert found.empty
    assert list(found.columns) == COLUMNS


def test_everything_odd_is_counted(read: Engine):
    found = examine(read, NOW)
    # Counted over all sources; the lines say of which they are.
    per_source = found.groupby(["check", "source"])["count"].first()
    assert per_source.to_dict() == {
        ("grant_missing", "plugin_export"): 17,
        ("future_grant", "plugin_export"): 1,
        ("expiry_not_365", "plugin_export"): 2,
        ("future_sync", "plugin_tokens"): 130,
        ("no_contact", "plugin_export"): 7,
        ("no_contact", "plugin_tokens"): 7,
        ("orphan", "plugin_tokens"): 1,
        ("no_language", "plugin_tokens"): 1,
        ("contradicting_row", "plugin_export"): 1,
        ("duplicate_row", "plugin_export"): 1,
        ("no_selling_partner_id", "plugin_export"): 1,
        ("too_few_columns", "plugin_export"): 1,
        ("unknown_marketplace", "plugin_export"): 2,
        ("unknown_marketplace", "plugin_tokens"): 2,
        ("unreadable_grant", "plugin_export"): 2,
        ("unreadable_number", "plugin_export"): 1,
        ("milliseconds", "plugin_tokens"): 1,
    }


def test_a_customer_without_a_name_is_not_said_to_be_gone(database: Engine, write):  # noqa: F811
    read_source(write(row(name="")), plain(), of=database, now=NOW)
    assert set(examine(database, NOW).check) == {"no_language", "no_name"}


@pytest.mark.parametrize(
    ("tolerance", "expiry", "is_odd"),
    [
        (60, "2027-03-01T05:00Z", True),
        (60, "2027-03-01T10:30Z", False),
        (1_440, "2027-03-01T23:59Z", False),
    ],
)
def test_an_expiry_is_odd_where_the_reading_remarked_it(
    database: Engine,
    write,  # noqa: F811
    tolerance: int,
    expiry: str,
    is_odd: bool,
):
    mapping = plain(expiry={"tolerance_minutes": tolerance})
    result = read_source(write(row(expires=expiry)), mapping, of=database, now=NOW)
    assert (("expiry_not_365", True) in result.reasons) == is_odd
    assert ("expiry_not_365" in set(examine(database, NOW).check)) == is_odd


def test_examples_are_few_and_lead_to_an_account_and_a_fix(read: Engine):
    found = examine(read, NOW, examples=2)
    assert found.groupby(["check", "source", "what"]).size().max() == 2
    assert found[found.check == "future_sync"].account_id.notna().all()
    assert found[found.check == "unreadable_grant"].fix.str.startswith("Expiry minus 365").all()


def test_a_drifted_rollup_is_found(read: Engine):
    with read.begin() as connection:
        connection.execute(text("UPDATE expiry_day SET accounts = accounts + 1"))
    found = examine(read, NOW).set_index("check")
    assert "migrate --recount" in found.fix["rollup_drift"]


def test_counting_anew_ends_a_drift(read: Engine, monkeypatch):
    with read.begin() as connection:
        connection.execute(text("UPDATE expiry_hour SET accounts = accounts + 1"))
        connection.execute(text("DELETE FROM expiry_day_marketplace"))
    monkeypatch.setattr("data_access.database.engine", lambda: read)
    monkeypatch.setattr("web.command_line.migrate_database", lambda: None)
    CliRunner().invoke(app, ["migrate", "--recount"], catch_exceptions=False)
    assert "rollup_drift" not in set(examine(read, NOW).check)


def test_who_writes_while_the_doctor_looks_makes_no_drift(database: Engine, monkeypatch):
    demo.fill(5, 1, NOW, of=database)
    kept_rows = rollup._kept_rows

    def after_somebody_wrote(connection: Connection, table: Table) -> dict:
        with database.begin() as another, rollup.kept(another, [1]):
            another.execute(text('UPDATE "authorization" SET paused = NOT paused WHERE id = 1'))
        return kept_rows(connection, table)

    monkeypatch.setattr(rollup, "_kept_rows", after_somebody_wrote)
    assert "rollup_drift" not in set(examine(database, NOW).check)


def test_demo_sellers_have_no_source_problems(demo_database: Engine):
    assert "rollup_drift" not in set(examine(demo_database, NOW).check)


def test_moments_are_shown_with_their_zone(read: Engine):
    found = examine(read, NOW)
    moments = found[found.check.isin(["future_grant", "future_sync"])]
    moments = moments[moments.account_id.notna() & (moments.place == "")]
    assert len(moments) > 5
    assert moments.value.str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC").all()


def test_a_broken_audit_trail_is_found_with_its_first_bad_entry(database: Engine):
    for number in range(3):
        with acting(Actor("anna", Role.AGENT), Act.ASSIGN, NOW, database) as deed:
            deed.note(number)
    assert "audit_broken" not in set(examine(database, NOW).check)
    with database.begin() as connection:
        without_guards(connection)
        connection.execute(text("UPDATE audit_entry SET act = 'snooze' WHERE id = 2"))
    found = examine(database, NOW)
    assert found[found.check == "audit_broken"].place.tolist() == ["audit_entry 2"]
