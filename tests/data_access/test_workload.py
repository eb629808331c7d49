"""The year ahead as work, counted from the rollup."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from data_access import demo, rollup, schema
from data_access.account_list import every_account
from data_access.database import reading, writing
from data_access.overview import overview
from data_access.workload import effort_in_force, expiring_between, keep_effort, workload
from rules.acts import Actor, NotAllowed, Role
from rules.workload import Effort
from tests.conftest import NOW
from tests.forgetting import forget
from tests.pages.conftest import at_desk  # noqa: F401
from tests.query_plans import scans, statements

BERLIN_NOW = NOW.astimezone(ZoneInfo("Europe/Berlin"))
ADMIN = Actor("anna", Role.ADMIN)


def test_every_week_counts_exactly_the_accounts_of_its_list(demo_database):
    weeks = workload(BERLIN_NOW, of=demo_database).weeks
    assert len(weeks) == 53
    assert weeks["first"].iloc[0] == date(2026, 11, 23)
    assert weeks["accounts"].sum() > 200
    for week in weeks.itertuples():
        wanted = expiring_between(max(week.first, BERLIN_NOW.date()), week.last)
        assert overview(wanted, BERLIN_NOW, of=demo_database).matching == week.accounts


def test_what_has_expired_or_is_paused_makes_no_work(demo_database):
    listed = expiring_between(date(2026, 11, 23), date(2027, 11, 28))
    rows = next(every_account(listed, BERLIN_NOW, of=demo_database, batch=1000))
    assert set(rows["status"]) <= {"active", "expiring", "refused", "verifying"}
    assert len(rows) == workload(BERLIN_NOW, of=demo_database).weeks["accounts"].sum()


@pytest.mark.parametrize("hour", [0, 12, 21, 22])
def test_the_demo_has_cliffs_whenever_it_is_made(database, hour):
    now = NOW.replace(hour=hour, minute=40)
    demo.fill(300, 1, now, of=database)
    assert len(workload(now.astimezone(ZoneInfo("Europe/Berlin")), of=database).cliffs) == 2


@pytest.fixture
def cliff(database):
    """Thirty sellers who all expire on 8 December 2026, and sixty spread over the year."""
    demo.fill(90, 5, NOW, of=database)
    with writing(database) as connection:
        for account in connection.scalars(select(schema.authorization.c.id)).all():
            days = 15 if account <= 30 else 40 + 4 * account
            expires = NOW + timedelta(days=days)
            connection.execute(
                update(schema.authorization)
                .where(schema.authorization.c.id == account)
                .values(
                    granted_at=expires - timedelta(days=365),
                    expires_at=expires,
                    expiry_source="computed",
                    paused=False,
                    refused_at=None,
                )
            )
        rollup.rebuild(connection)
    return database


def test_a_cliff_tells_where_it_comes_from(cliff):
    found = workload(BERLIN_NOW, of=cliff)
    (only,) = found.cliffs
    assert (only.day, only.accounts, only.times) == (date(2026, 12, 8), 30, 30)
    assert found.granted_on == {date(2026, 12, 8): date(2025, 12, 8)}
    assert found.cliffs_of(2) == [only]
    assert found.cliffs_of(3) == []


def test_what_expires_after_the_shown_year_is_on_no_day_of_it(cliff):
    with writing(cliff) as connection:
        late = schema.authorization.c.id <= 30
        moved = update(schema.authorization).where(late)
        connection.execute(moved.values(expires_at=NOW + timedelta(days=1_000)))
        rollup.rebuild(connection)
    found = workload(BERLIN_NOW, of=cliff)
    shown = expiring_between(BERLIN_NOW.date(), found.weeks["last"].iloc[-1])
    assert found.weeks["accounts"].sum() == overview(shown, BERLIN_NOW, of=cliff).matching
    assert found.cliffs == ()


def test_what_sellers_read_out_has_no_day_of_grant(cliff):
    with writing(cliff) as connection:
        connection.execute(update(schema.authorization).values(expiry_source="seller_reported"))
    assert workload(BERLIN_NOW, of=cliff).granted_on == {}


def test_no_statement_passes_over_a_big_table(demo_database):
    with statements(demo_database) as seen:
        workload(BERLIN_NOW, of=demo_database)
        effort_in_force(demo_database)
    assert len(seen) >= 3
    for statement, parameters in seen:
        assert scans(demo_database, statement, parameters) == [], statement


def test_kept_assumptions_hold_for_everybody_and_stand_in_the_trail(at_desk, database):  # noqa: F811
    at_desk.setenv("DESK_WORKLOAD_EFFORT", '{"minutes_each": 9}')
    forget()
    assert effort_in_force(database) == Effort(minutes_each=9)
    keep_effort(ADMIN, Effort(needing_help=0.5, minutes_each=9), NOW, database)
    assert effort_in_force(database) == Effort(needing_help=0.5, minutes_each=9)
    keep_effort(ADMIN, Effort(minutes_each=9), NOW, database)
    assert effort_in_force(database) == Effort(minutes_each=9)
    with reading(database) as connection:
        assert connection.execute(select(schema.assumption)).all() == []
        noted = connection.execute(select(schema.audit_entry)).all()
    assert [entry.act for entry in noted] == ["set_assumption", "set_assumption"]


def test_an_agent_keeps_no_assumptions(database):
    with pytest.raises(NotAllowed):
        keep_effort(Actor("ben", Role.AGENT), Effort(needing_help=0.9), NOW, database)
    assert effort_in_force(database) == Effort()


def test_a_stored_value_that_means_nothing_is_passed_over(database):
    with writing(database) as connection:
        for name, value in (("workload.needing_help", 7.0), ("workload.unknown", 1.0)):
            connection.execute(
                schema.assumption.insert().values(name=name, value=value, set_at=NOW)
            )
    assert effort_in_force(database) == Effort()
