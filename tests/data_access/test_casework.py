"""Owner, snooze, promise and notes of an account in the database."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert, select, update

from data_access import casework
from data_access.case_conditions import round_in_force
from data_access.case_reading import cases_of, holdings, ids_of, notes_of
from data_access.casework_undo import Undone, undo
from data_access.database import writing
from data_access.schema import audit_entry, authorization, event, note, snooze
from rules import casework as rules
from rules.account_filter import AccountFilter
from rules.acts import Actor, NotAllowed, Role
from rules.casework import CaseworkRefused, round_of
from rules.days import end_of_days_left
from tests.accounts import change_account, rows
from tests.conftest import NOW
from tests.data_access.cases import (
    ANNA,
    BEN,
    FRIDAY,
    LATER,
    MINUTE,
    owner_of,
    snoozed,
    twelve_accounts,
)


@pytest.fixture
def desk(database: Engine) -> Engine:
    return twelve_accounts(database)


def test_a_deed_stands_in_the_account_s_history_and_in_the_trail_without_any_text(desk):
    casework.write_note(ANNA, [1], "Frau Müller ist im Urlaub", NOW, desk)
    casework.put_off(ANNA, [1], FRIDAY, "Frau Müller ist im Urlaub", NOW, desk)
    casework.promised(ANNA, [1], FRIDAY, NOW, desk)
    told = [e for e in rows(desk, event) if e.actor == "anna"]
    assert [e.kind for e in told] == ["noted", "snoozed", "promised"]
    written = rows(desk, audit_entry)
    assert [e.act for e in written] == ["write_note", "snooze", "promise"]
    assert not any("Müller" in e.details for e in (*told, *written))


def test_a_snooze_ends_with_the_renewal(desk):
    done = casework.put_off(ANNA, [1, 2], FRIDAY, "on holiday", NOW, desk)
    assert snoozed(desk, LATER) == {1, 2}
    change_account(desk, 1, granted_at=LATER, expires_at=LATER + timedelta(days=365))
    assert snoozed(desk, LATER) == {2}
    assert undo(done, ANNA, LATER, desk) == Undone(back=(2,), left=(1,))
    assert snoozed(desk, LATER) == set()


def test_a_snooze_is_over_at_the_expiry_and_the_agent_is_told(desk):
    soon = NOW + timedelta(days=2)
    change_account(desk, 1, expires_at=soon)
    change_account(desk, 3, expires_at=NOW - timedelta(days=2))
    done = casework.put_off(ANNA, [1, 2, 3], FRIDAY, "on holiday", NOW, desk)
    assert done.cut_short == (1,)
    assert snoozed(desk, soon - MINUTE) == {1, 2, 3}
    assert snoozed(desk, soon) == {2, 3}
    assert snoozed(desk, datetime(2026, 11, 27, tzinfo=NOW.tzinfo)) == set()


def test_waking_ends_every_snooze_also_one_that_was_made_meanwhile(desk):
    casework.put_off(BEN, [1], FRIDAY, "while Anna's many are under way", LATER, desk)
    casework.put_off(ANNA, [1], FRIDAY, "one of many", NOW, desk)
    assert cases_of([1], LATER, desk)[1].reason == "one of many"
    with writing(desk) as connection:
        connection.execute(update(snooze).values(ended_at=None))
    casework.wake(ANNA, [1], LATER + MINUTE, desk)
    assert snoozed(desk, LATER + MINUTE) == set()


def test_a_promise_is_kept_until_it_is_ended_or_renewed(desk):
    casework.promised(ANNA, [1, 2], FRIDAY, NOW, desk)
    done = casework.promised(BEN, [1], FRIDAY + timedelta(days=3), LATER, desk)
    assert cases_of([1], LATER, desk)[1].promised_for == FRIDAY + timedelta(days=3)
    undo(done, BEN, LATER, desk)
    case = cases_of([1], LATER, desk)[1]
    assert (case.promised_for, case.promised_by) == (FRIDAY, "anna")
    ended = casework.end_promise(ANNA, [1], LATER, desk)
    change_account(desk, 2, granted_at=LATER)
    assert cases_of([1, 2], LATER, desk) == {}
    undo(ended, ANNA, LATER, desk)
    assert cases_of([1, 2], LATER, desk).keys() == {1}


@pytest.mark.parametrize(
    "deed",
    [
        lambda desk: casework.put_off(ANNA, [1], FRIDAY, " ", NOW, desk),
        lambda desk: casework.put_off(ANNA, [1], date(2026, 11, 23), "x", NOW, desk),
        lambda desk: casework.promised(ANNA, [1], date(2026, 11, 22), NOW, desk),
        lambda desk: casework.write_note(ANNA, [1], "x" * 3_000, NOW, desk),
        lambda desk: casework.assign(ANNA, [1], "x" * 300, NOW, desk),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_done(desk, deed):
    before = len(rows(desk, event))
    with pytest.raises(CaseworkRefused):
        deed(desk)
    assert len(rows(desk, event)) == before and rows(desk, audit_entry) == []


def test_a_viewer_may_look_and_not_act(desk):
    viewer = Actor("vera", Role.VIEWER)
    done = casework.assign(ANNA, [1], "anna", NOW, desk)
    for deed in (
        lambda: casework.assign(viewer, [1], "vera", NOW, desk),
        lambda: casework.wake(viewer, [1], NOW, desk),
        lambda: undo(done, viewer, NOW, desk),
    ):
        with pytest.raises(NotAllowed):
            deed()
    assert owner_of(desk, 1) == "anna"


def test_what_agents_hold_is_counted(desk):
    casework.assign(ANNA, [1, 2, 3], "anna", NOW, desk)
    casework.assign(ANNA, [4], "ben", NOW, desk)
    change_account(desk, 1, expires_at=NOW - timedelta(days=1))
    change_account(desk, 2, expires_at=NOW + timedelta(days=3))
    change_account(desk, 3, paused=True)
    anna, ben = holdings(NOW, 30, desk)
    assert (anna.owner, anna.accounts, anna.blocked, anna.expiring) == ("anna", 3, 1, 1)
    # As many as the list behind the figure has, and as one takes over.
    assert len(ids_of(AccountFilter(owners=("anna",)), NOW, of=desk)) == anna.accounts
    assert (ben.owner, ben.accounts) == ("ben", 1)
    # As the statuses have it: what Amazon refuses is blocked, and the day after the band is not in
    # it, from its first moment on.
    change_account(desk, 1, expires_at=end_of_days_left(NOW, 30))
    change_account(desk, 2, refused_at=NOW)
    anna, _ = holdings(NOW, 30, desk)
    assert (anna.accounts, anna.blocked, anna.expiring) == (3, 1, 0)


seconds = st.integers(-400 * 86_400, 400 * 86_400).map(lambda s: NOW + timedelta(seconds=s))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    granted=st.none() | seconds.map(lambda at: at + timedelta(microseconds=999_900)),
    expires=st.none() | seconds,
    made=seconds,
    until=seconds,
    ended=st.none() | seconds,
    other_round=st.booleans(),
    as_of=seconds,
)
def test_the_rule_and_the_sql_agree(desk, granted, expires, made, until, ended, other_round, as_of):
    kept = rules.Snooze(round_of(granted) + other_round, made, until, ended)
    change_account(desk, 1, granted_at=granted, expires_at=expires)
    with writing(desk) as connection:
        connection.execute(delete(snooze))
        connection.execute(
            insert(snooze).values(
                authorization_id=1,
                round=kept.round,
                made_at=made,
                until=until,
                ended_at=ended,
                reason="x",
                agent="anna",
            )
        )
        in_sql = connection.scalar(select(round_in_force()).where(authorization.c.id == 1))
    assert in_sql == round_of(granted)
    assert (1 in snoozed(desk, as_of)) is rules.is_snoozed(kept, in_sql, expires, as_of)


def test_notes_of_another_account_are_not_mixed_in(desk):
    casework.write_note(ANNA, [1], "one", NOW, desk)
    casework.write_note(ANNA, [2], "two", NOW, desk)
    assert [each.text for each in notes_of(2, desk)] == ["two"]
    assert len(rows(desk, note)) == 2
