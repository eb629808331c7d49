"""The engine's columns out of the token database."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import insert, select, update

from data_access import assumptions as assumptions_module
from data_access import demo, schema
from data_access.assumptions import (
    From,
    assumptions_in_force,
    reset_assumption,
    set_assumptions,
)
from data_access.database import DatabaseAway, reading, writing
from data_access.funnel import Step, record
from data_access.overview import overview
from data_access.simulation import simulation
from data_access.sync_profiles import sync_columns, sync_columns_of
from rules.account_filter import AccountFilter
from rules.acts import Actor, Role
from rules.authorization import Status
from rules.day_numbers import day_number
from tests.accounts import change_account
from tests.conftest import NOW

_a = schema.authorization.c
ANNA, BEN = Actor("anna", Role.ADMIN), Actor("ben", Role.ADMIN)


@pytest.fixture
def few(database):
    """Twenty demo accounts that a test may change; the first is active."""
    demo.fill(20, 4, NOW, of=database)
    change_account(
        database, 1, granted_at=NOW - timedelta(days=100), expires_at=NOW + timedelta(days=265)
    )
    return database


def row_of(engine, account_id, as_of=NOW):
    """The engine's row of one account, and what is counted of it."""
    at = sync_columns_of([account_id], engine).at(as_of)
    return at.authorizations.iloc[0], at


def test_as_many_accounts_are_blocked_as_the_counters_say(demo_database):
    at = sync_columns(AccountFilter(), NOW, of=demo_database).at(NOW)
    counted = overview(AccountFilter(), NOW, of=demo_database)
    starts = at.authorizations[~at.authorizations.stays_out].expires_at
    blocked = counted.statuses[Status.EXPIRED] + counted.statuses[Status.REFUSED]
    assert (starts <= day_number(NOW)).sum() == blocked > 0
    assert at.paused == counted.statuses[Status.PAUSED] > 0
    assert at.not_authorized == counted.statuses[Status.NOT_AUTHORIZED] > 0
    assert at.counted + at.paused + at.not_authorized + at.without_expiry == counted.total


def test_moments_and_measurements_are_those_of_the_tables(demo_database):
    columns = sync_columns(AccountFilter(), NOW, of=demo_database)
    with reading(demo_database) as connection:
        rows = connection.execute(
            select(_a.id, _a.expires_at, schema.sync_profile)
            .join_from(schema.authorization, schema.sync_profile)
            .order_by(_a.id)
        ).all()
    assert columns.ids.tolist() == [row.id for row in rows]
    for n, row in enumerate(rows):
        if row.expires_at is not None:
            expected = day_number(row.expires_at)
            assert columns.moments["expires_at"][n] == pytest.approx(expected, abs=1e-8)
        for name in columns.profile:
            measured = getattr(row, name)
            read = columns.profile[name][n]
            assert np.isnan(read) if measured is None else read == measured
    unmeasured = np.isnan(columns.moments["measured_at"])
    assert unmeasured.any()
    assert columns.profile[unmeasured].isna().all(axis=None)


def test_a_whole_second_of_the_database_is_reached_to_the_second(few):
    change_account(few, 1, expires_at=NOW)
    account, _ = row_of(few, 1)
    assert account.expires_at <= day_number(NOW)
    assert account.expires_at > day_number(NOW - timedelta(seconds=1))


def test_a_refused_account_is_blocked_from_the_refusal_on(few):
    change_account(few, 1, refused_at=NOW - timedelta(days=3))
    assert row_of(few, 1)[0].expires_at == day_number(NOW - timedelta(days=3))
    change_account(few, 1, refused_at=NOW + timedelta(days=3))
    assert row_of(few, 1)[0].expires_at == day_number(NOW + timedelta(days=265))


@pytest.mark.parametrize(
    ("values", "counted_as"),
    [
        ({"paused": True}, "paused"),
        ({"granted_at": None, "expires_at": None}, "not_authorized"),
        ({"granted_at": NOW + timedelta(days=1)}, "not_authorized"),
        ({"expires_at": None, "partner_kind": "vendor"}, "without_expiry"),
        ({"partner_kind": "vendor"}, "counted"),
    ],
)
def test_who_stays_out_is_counted_as_what_it_is(few, values, counted_as):
    change_account(few, 1, **values)
    _, at = row_of(few, 1)
    kinds = ("paused", "not_authorized", "without_expiry", "counted")
    assert {kind: getattr(at, kind) for kind in kinds} == {
        kind: int(kind == counted_as) for kind in kinds
    }


def test_earlier_lapses_and_an_opened_link_are_known(few):
    began, expired = NOW - timedelta(days=500), NOW - timedelta(days=3)
    change_account(few, 2, expires_at=expired)
    with writing(few) as connection:
        connection.execute(schema.lapse.delete())
        ended = began + timedelta(days=2)
        connection.execute(
            insert(schema.lapse),
            [
                {"authorization_id": 1, "began_at": began, "ended_at": ended},
                # Its source has taken back the grant that ended this one.
                {"authorization_id": 2, "began_at": expired, "ended_at": NOW},
            ],
        )
        record(connection, Step.OPENED, 1, NOW - timedelta(days=100), NOW)
        record(connection, Step.OPENED, 2, NOW - timedelta(days=900), NOW)
    rows = sync_columns(AccountFilter(), NOW, of=few).at(NOW).authorizations
    assert rows.earlier_lapses.tolist() == [1.0] + [0.0] * 19
    assert rows.link_opened.tolist() == [True] + [False] * 19


@pytest.mark.parametrize("microseconds", [0, 400, 600, 999_400, 999_600, 999_999])
def test_a_round_is_the_second_of_its_grant(few, microseconds):
    granted_at = NOW - timedelta(days=100) + timedelta(microseconds=microseconds)
    change_account(few, 1, granted_at=granted_at)
    with writing(few) as connection:
        record(connection, Step.OPENED, 1, granted_at, NOW)
    assert row_of(few, 1)[0].link_opened
    for second in (-1, 1):
        change_account(
            few, 1, granted_at=granted_at.replace(microsecond=5_000) + timedelta(seconds=second)
        )
        assert not row_of(few, 1)[0].link_opened


def test_what_was_told_last_is_the_last_grant_or_refusal_by_then(few):
    with writing(few) as connection:
        connection.execute(update(schema.authorization).values(granted_at=None, refused_at=None))
    columns = sync_columns(AccountFilter(), NOW, of=few)
    assert columns.told(NOW) is None
    change_account(few, 2, granted_at=NOW - timedelta(seconds=90, milliseconds=1))
    change_account(few, 3, refused_at=NOW - timedelta(seconds=60))
    change_account(few, 4, granted_at=NOW + timedelta(seconds=1))
    columns = sync_columns(AccountFilter(), NOW, of=few)
    assert columns.told(NOW) == NOW - timedelta(seconds=60)
    assert columns.told(NOW - timedelta(seconds=61)) == NOW - timedelta(seconds=90)


def test_a_filter_chooses_the_accounts_of_the_list(demo_database):
    wanted = AccountFilter(statuses=(Status.EXPIRED,), regions=("EU",))
    columns = sync_columns(wanted, NOW, of=demo_database)
    assert len(columns) == overview(wanted, NOW, of=demo_database).matching > 0


def test_an_empty_database_has_figures_too(database):
    found = simulation("usual_rate", NOW, NOW + timedelta(days=30), of=database)
    assert (found.daily == 0).all(axis=None)
    assert found.simulated.counted == 0


def test_only_the_selected_renew(few):
    change_account(few, 1, expires_at=NOW - timedelta(days=2), refused_at=None, paused=False)
    everybody = simulation("nobody", NOW, NOW + timedelta(days=5), of=few)
    expired = AccountFilter(statuses=(Status.EXPIRED,))
    some = simulation(
        "selected_on_day",
        NOW,
        NOW + timedelta(days=5),
        renewing=expired,
        renew_at=NOW + timedelta(days=1),
        of=few,
    )
    expired_now = len(sync_columns(expired, NOW, of=few))
    assert everybody.last.accounts_blocked - some.last.accounts_blocked == expired_now == 2


def test_a_longer_horizon_than_a_year_is_refused(database):
    with pytest.raises(ValueError, match="365"):
        simulation("nobody", NOW, NOW + timedelta(days=366), of=database)


def test_an_assumption_of_the_screen_holds_until_it_is_reset(database):
    assert assumptions_in_force(database).origins["offers"].of is From.DEFAULT
    set_assumptions({"offers": 70}, ANNA, NOW, database)
    set_assumptions({"offers": 80}, BEN, NOW, database)
    found = assumptions_in_force(database)
    assert found.values.offers == 80
    assert (found.origins["offers"].of, found.origins["offers"].set_by) == (From.SCREEN, "ben")
    reset_assumption("offers", BEN, NOW, database)
    assert assumptions_in_force(database).values.offers == 500
    with reading(database) as connection:
        events = connection.execute(select(schema.event).order_by(schema.event.c.id)).all()
    assert [(e.kind, e.actor) for e in events] == [
        ("assumption_set", "anna"),
        ("assumption_set", "ben"),
        ("assumption_set", "ben"),
    ]
    assert '"before": 80' in events[2].details


def test_an_assumption_out_of_range_changes_nothing(database):
    for name, value in (("usual_renewal_rate", 2.0), ("no_such", 1.0), ("offers", float("nan"))):
        with pytest.raises(ValueError, match=name):
            set_assumptions({name: value}, ANNA, NOW, database)
    assert assumptions_in_force(database).origins["offers"].of is From.DEFAULT


def test_several_assumptions_are_kept_all_or_none(database, monkeypatch):
    def away_at_the_second(*arguments, name: str, **change):
        if name == "handling_days":
            raise DatabaseAway("gone")

    monkeypatch.setattr(assumptions_module, "add_event", away_at_the_second)
    with pytest.raises(DatabaseAway):
        set_assumptions({"offers": 70, "handling_days": 3}, ANNA, NOW, database)
    assert assumptions_in_force(database).values.offers == 500


def test_a_stored_assumption_of_another_version_is_passed_over(database):
    with writing(database) as connection:
        connection.execute(
            insert(schema.assumption),
            [
                {"name": "gone", "value": 1.0, "set_by": "", "set_at": NOW},
                {"name": "offers", "value": -4.0, "set_by": "", "set_at": NOW},
                {"name": "handling_days", "value": 2.0, "set_by": "", "set_at": NOW},
            ],
        )
    found = assumptions_in_force(database).values
    assert (found.offers, found.handling_days) == (500, 2)
