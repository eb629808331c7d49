"""The ladder: the latest reminder once, whatever the job's hours, in the seller's own days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.authorization import Status, days_left
from rules.reminders import (
    Due,
    Ladder,
    Standing,
    Withheld,
    belongs,
    due,
    is_night,
    overtaken,
    reached,
    window,
    withheld,
)

LADDER = Ladder()
BERLIN = ZoneInfo("Europe/Berlin")
EXPIRES = datetime(2026, 12, 24, 15, tzinfo=BERLIN)
LONG_AGO = EXPIRES - timedelta(days=400)


def at(days_before: int, hour: int = 10) -> datetime:
    """That hour, so many calendar days before the expiry, in Berlin."""
    return datetime(2026, 12, 24, hour, tzinfo=BERLIN) - timedelta(days=days_before)


@pytest.mark.parametrize(
    ("days_before", "rung"),
    [(31, None), (30, 30), (29, 30), (14, 14), (8, 14), (7, 7), (2, 3), (1, 1), (0, 0)]
    + [(-1, 0), (-6, 0), (-7, -7), (-13, -7), (-14, -14), (-364, -364), (-370, -364), (-371, None)],
)
def test_an_account_stands_on_the_latest_rung_whose_day_has_come(days_before, rung):
    assert reached(EXPIRES, at(days_before), LADDER) == rung


def test_the_day_begins_at_midnight_of_the_seller_and_not_at_the_hour_of_expiry():
    assert reached(EXPIRES, at(30, hour=0), LADDER) == 30
    assert reached(EXPIRES, at(31, hour=23), LADDER) is None


def test_one_moment_is_another_day_elsewhere():
    moment = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
    tokyo, new_york = (moment.astimezone(ZoneInfo(z)) for z in ("Asia/Tokyo", "America/New_York"))
    expires_at = datetime(2026, 12, 24, 2, tzinfo=UTC)
    assert reached(expires_at, tokyo, LADDER) == 30
    assert reached(expires_at, new_york, LADDER) == 30
    assert reached(expires_at + timedelta(hours=14), new_york, LADDER) is None


def test_what_was_settled_is_not_due_again():
    assert due(EXPIRES, at(7), [30, 14, 7], LONG_AGO, LADDER) is None


def test_a_job_that_stood_still_sends_the_latest_only_and_names_what_it_missed():
    assert due(EXPIRES, at(-1), [30, 14, 7], LONG_AGO, LADDER) == Due(0, (3, 1))


def test_what_lies_before_the_first_run_was_not_missed():
    assert due(EXPIRES, at(-15), [], at(-15), LADDER) == Due(-14)
    assert due(EXPIRES, at(-15), [], at(2), LADDER) == Due(-14, (1, 0, -7))
    # The first run is kept in UTC, where that day of the seller's had not begun.
    midnight = at(2, hour=0).astimezone(UTC)
    assert due(EXPIRES, at(-15), [], midnight, LADDER) == Due(-14, (1, 0, -7))


def test_a_rung_older_than_one_that_was_settled_is_never_due():
    assert due(EXPIRES, at(8), [7], LONG_AGO, LADDER) is None


def test_a_ladder_may_have_other_rungs_and_an_end():
    short = Ladder(days=(10,), weeks=1)
    assert list(short.rungs()) == [10, 0, -7]
    assert reached(EXPIRES, at(11), short) is None
    assert reached(EXPIRES, at(-13), short) == -7
    assert reached(EXPIRES, at(-14), short) is None
    assert list(Ladder(days=(0, 5), weeks=0).rungs()) == [5, 0]


@pytest.mark.parametrize(("hour", "night"), [(7, True), (8, False), (17, False), (18, True)])
def test_reminders_leave_in_the_sellers_daytime(hour, night):
    assert is_night(at(7, hour), LADDER) is night


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        (Standing(Status.EXPIRING), None),
        (Standing(Status.EXPIRED), None),
        (Standing(Status.PAUSED), Withheld.PAUSED),
        (Standing(Status.REFUSED), Withheld.REFUSED),
        (Standing(Status.VERIFYING), Withheld.VERIFYING),
        (Standing(Status.NOT_AUTHORIZED), Withheld.NOT_AUTHORIZED),
        (Standing(Status.EXPIRED, has_renew_link=False), Withheld.OTHER_APPLICATION),
        (Standing(Status.EXPIRED, opted_out=True), Withheld.OPTED_OUT),
        (Standing(Status.EXPIRED, snoozed=True), Withheld.SNOOZED),
        (Standing(Status.EXPIRED, reachable=False), Withheld.NO_ADDRESS),
        (Standing(Status.PAUSED, opted_out=True, snoozed=True), Withheld.PAUSED),
    ],
)
def test_some_accounts_get_none(standing, why):
    assert withheld(standing) is why


def test_at_the_moment_of_sending_a_later_rung_or_another_expiry_overtakes():
    assert overtaken(7, EXPIRES, at(6), LADDER) is None
    assert overtaken(7, EXPIRES, at(3), LADDER) is Withheld.SUPERSEDED
    assert overtaken(7, EXPIRES + timedelta(days=365), at(3), LADDER) is Withheld.NOT_DUE
    assert overtaken(7, EXPIRES + timedelta(days=10), at(6), LADDER) is Withheld.NOT_DUE
    assert overtaken(7, None, at(3), LADDER) is Withheld.NOT_DUE


def test_a_reminder_belongs_to_an_expiry_whose_day_for_it_had_come():
    assert belongs(7, at(7, hour=0), EXPIRES, at(0))
    assert not belongs(7, at(8, hour=23), EXPIRES, at(0))
    assert not belongs(7, at(7), EXPIRES + timedelta(days=20), at(0))
    assert belongs(7, at(7), EXPIRES - timedelta(days=2), at(0))


zones = st.sampled_from(
    ["UTC", "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"]
).map(ZoneInfo)
ladders = st.builds(
    Ladder,
    days=st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True).map(tuple),
    weeks=st.integers(0, 8),
)
hours_between_runs = st.lists(st.floats(0.1, 300), min_size=1, max_size=60)


@given(zones, ladders, hours_between_runs, st.floats(0, 60 * 24))
def test_whatever_the_hours_of_the_runs_each_rung_is_sent_at_most_once_and_always_the_newest(
    zone, ladder, gaps, first_hour
):
    moment = (EXPIRES - timedelta(days=70) + timedelta(hours=first_hour)).astimezone(zone)
    began, settled, sent = moment, [], []
    for gap in gaps:
        found = due(EXPIRES, moment, settled, began, ladder)
        if found:
            newest = min(
                r for r in ladder.rungs() if r >= days_left(EXPIRES.astimezone(zone), moment)
            )
            assert found.rung == newest
            assert all(found.rung < missed for missed in found.superseded)
            sent.append(found.rung)
            settled += [found.rung, *found.superseded]
            assert due(EXPIRES, moment, settled, began, ladder) is None
        moment = (moment.astimezone(UTC) + timedelta(hours=gap)).astimezone(zone)
    assert sent == sorted(set(sent), reverse=True)
    assert len(settled) == len(set(settled))


@given(zones, ladders, st.lists(st.integers(0, 12), min_size=60, max_size=120))
def test_a_job_that_runs_daily_sends_every_rung_and_misses_none(zone, ladder, hours):
    began = (EXPIRES - timedelta(days=62)).astimezone(zone).replace(hour=0, minute=0)
    settled: list[int] = []
    for day, hour in enumerate(hours):
        moment = began.replace(hour=hour) + timedelta(days=day)
        found = due(EXPIRES, moment, settled, began, ladder)
        if found:
            assert found.superseded == ()
            settled.append(found.rung)
    last_day = began + timedelta(days=len(hours) - 1)
    left = days_left(EXPIRES, last_day)
    assert settled == [rung for rung in ladder.rungs() if rung >= left]


@given(zones, ladders, st.floats(-100, 100), st.integers(0, 365 * 24))
def test_the_window_of_a_rung_holds_every_account_that_stands_on_it(zone, ladder, days, hours):
    moment = (EXPIRES.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)
    expires_at = moment.astimezone(UTC) + timedelta(days=days)
    rung = reached(expires_at, moment, ladder)
    if rung is not None:
        after, before = window(rung, ladder)
        assert after < expires_at - moment < before
