"""Snoozes, promises, notes and visits, without a database."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import casework
from rules.casework import CaseworkRefused, Due, Snooze, Wrong

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=BERLIN)
DAY = timedelta(days=1)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


def refused(function, *args) -> Wrong:
    """Why it was not taken."""
    with pytest.raises(CaseworkRefused) as refusal:
        function(*args)
    assert str(refusal.value) == refusal.value.wrong.value
    return refusal.value.wrong


def test_a_snooze_until_friday_is_over_when_friday_begins_where_the_agent_sits():
    until = casework.snooze_until(date(2026, 11, 27), NOW)
    assert until == datetime(2026, 11, 27, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        (date(2026, 11, 23), Wrong.NOT_AHEAD),
        (date(2026, 11, 1), Wrong.NOT_AHEAD),
        (date(2027, 11, 24), Wrong.TOO_FAR),
    ],
)
def test_a_snooze_needs_a_later_day_within_a_year(day, wrong):
    assert refused(casework.snooze_until, day, NOW) is wrong


def test_a_promise_may_be_for_today_and_not_for_yesterday():
    assert casework.promised(date(2026, 11, 23), NOW) == date(2026, 11, 23)
    assert refused(casework.promised, date(2026, 11, 22), NOW) is Wrong.PAST
    assert refused(casework.promised, date(2028, 1, 1), NOW) is Wrong.TOO_FAR


@pytest.mark.parametrize(("day", "state"), [(22, Due.OVERDUE), (23, Due.TODAY), (24, Due.AHEAD)])
def test_a_promise_is_due_by_the_calendar(day, state):
    assert casework.due(date(2026, 11, day), NOW) is state


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_a_reason_and_a_note_say_something(text):
    assert refused(casework.reason, text) is Wrong.NO_REASON
    assert refused(casework.note, text) is Wrong.NO_TEXT


def test_what_is_too_long_is_refused_and_the_longest_is_not():
    assert len(casework.reason("x" * casework.LONGEST_REASON)) == casework.LONGEST_REASON
    assert refused(casework.reason, "x" * (casework.LONGEST_REASON + 1)) is Wrong.TOO_LONG
    assert refused(casework.note, "x" * (casework.LONGEST_NOTE + 1)) is Wrong.TOO_LONG
    assert refused(casework.owner, "x" * (casework.LONGEST_OWNER + 1)) is Wrong.TOO_LONG


@pytest.mark.parametrize("name", ["*", "-", " * "])
def test_what_stands_for_anybody_in_filters_is_nobodys_name(name):
    assert refused(casework.owner, name) is Wrong.NO_NAME


@given(moments, moments, moments)
def test_a_snooze_never_outlasts_an_expiry_that_was_ahead(made, until, expires):
    end = casework.snooze_end(until, expires, made)
    assert end <= until
    if made < expires:
        assert end <= expires
    else:
        assert end == until


@given(moments, moments, moments, moments, st.none() | moments, st.integers(0, 1))
def test_nobody_is_snoozed_past_the_day_the_expiry_or_the_renewal(
    made, until, expires, as_of, ended, other_round
):
    snooze = Snooze(7, made, casework.snooze_end(until, expires, made), ended)
    if casework.is_snoozed(snooze, 7 + other_round, expires, as_of):
        assert not other_round
        assert made <= as_of < until
        assert ended is None or as_of < ended
        assert not made < expires <= as_of


def test_a_snooze_on_an_expired_account_runs_to_its_day():
    expired = NOW - DAY
    snooze = Snooze(7, NOW, casework.snooze_end(NOW + 3 * DAY, expired, NOW))
    assert casework.is_snoozed(snooze, 7, expired, NOW + 2 * DAY)
    assert not casework.is_snoozed(snooze, 7, expired, NOW + 3 * DAY)


def test_an_expiry_that_comes_earlier_than_known_ends_a_snooze():
    snooze = Snooze(7, NOW, NOW + 9 * DAY)
    assert casework.is_snoozed(snooze, 7, NOW + 20 * DAY, NOW + 2 * DAY)
    assert not casework.is_snoozed(snooze, 7, NOW + DAY, NOW + 2 * DAY)


def test_a_snooze_that_somebody_ended_is_over_from_that_moment_on():
    snooze = Snooze(7, NOW, NOW + 9 * DAY, ended_at=NOW + DAY)
    assert casework.is_snoozed(snooze, 7, None, NOW + DAY - timedelta(seconds=1))
    assert not casework.is_snoozed(snooze, 7, None, NOW + DAY)


def test_what_is_new_is_new_since_the_visit_before():
    first = casework.visit(None, None, NOW)
    assert first == (NOW, NOW - DAY)
    soon = casework.visit(*first, NOW + timedelta(minutes=20))
    assert soon == (NOW + timedelta(minutes=20), NOW - DAY)
    tomorrow = casework.visit(*soon, NOW + DAY)
    assert tomorrow == (NOW + DAY, soon[0])


@pytest.mark.parametrize("told", [casework.reason, casework.note, casework.owner])
def test_the_character_that_postgresql_takes_in_no_text_is_left_out(told):
    assert told("on \x00leave") == "on leave"
