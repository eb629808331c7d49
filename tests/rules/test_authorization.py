"""The status of an authorization: examples at every boundary, and what must hold for all."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rules.authorization import (
    BLOCKING,
    DEFAULT_BANDS,
    Action,
    Authorization,
    Job,
    Status,
    amazon_reminders,
    band,
    blocked_jobs,
    days_left,
    expiry,
    is_last_call,
    is_refusal,
    seller_action,
    status,
)
from rules.days import later, rounded_down

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")

moments = st.datetimes(
    datetime(2015, 1, 1),
    datetime(2040, 1, 1),
    timezones=st.just(UTC),
)
zones = st.sampled_from(
    [
        ZoneInfo(z)
        for z in (
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Asia/Kolkata",
            "Pacific/Auckland",
            "Pacific/Apia",
            "America/St_Johns",
        )
    ]
)
maybe = st.one_of(st.none(), moments)
authorizations = st.builds(
    Authorization,
    granted_at=maybe,
    expires_at=maybe,
    confirmed_at=maybe,
    refused_at=maybe,
    paused=st.booleans(),
)


def granted(days_ago: float, **more) -> Authorization:
    """An authorization granted that many days before NOW, with its computed expiry."""
    at = NOW - timedelta(days=days_ago)
    more.setdefault("confirmed_at", NOW - HOUR)
    return Authorization(granted_at=at, expires_at=expiry(at), **more)


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        (Authorization(None, None), Status.NOT_AUTHORIZED),
        (granted(10), Status.ACTIVE),
        (granted(350), Status.EXPIRING),
        (granted(365), Status.EXPIRED),
        (granted(365 * 3), Status.EXPIRED),
        (granted(100, refused_at=NOW - HOUR), Status.REFUSED),
        (granted(0.01, confirmed_at=None), Status.VERIFYING),
        (granted(10, paused=True), Status.PAUSED),
        (granted(-10), Status.NOT_AUTHORIZED),
        # A private application: granted, and no expiry is known.
        (Authorization(NOW - DAY, None, confirmed_at=NOW), Status.ACTIVE),
        # Dates decide: what has expired is not refused; what is paused is nothing else.
        (granted(400, refused_at=NOW - HOUR), Status.EXPIRED),
        (granted(400, paused=True), Status.PAUSED),
        (Authorization(None, None, paused=True), Status.PAUSED),
        # Refused later than asked about: not refused yet.
        (granted(100, refused_at=NOW + SECOND), Status.ACTIVE),
    ],
)
def test_each_example_has_its_status(account, expected):
    assert status(account, NOW) is expected


def test_expiry_is_reached_to_the_second():
    account = Authorization(NOW - DAY, expires_at=NOW, confirmed_at=NOW)
    assert status(account, NOW - SECOND) is Status.EXPIRING
    assert status(account, NOW) is Status.EXPIRED


def test_a_grant_is_there_from_its_very_second():
    account = Authorization(NOW, expiry(NOW), confirmed_at=NOW)
    assert status(account, NOW - SECOND) is Status.NOT_AUTHORIZED
    assert status(account, NOW) is Status.ACTIVE


def test_verifying_ends_after_an_hour_or_with_a_good_call():
    account = Authorization(NOW, expiry(NOW))
    assert status(account, NOW + HOUR - SECOND) is Status.VERIFYING
    assert status(account, NOW + HOUR) is Status.ACTIVE
    confirmed = Authorization(NOW, expiry(NOW), confirmed_at=NOW + SECOND)
    assert status(confirmed, NOW + 2 * SECOND) is Status.ACTIVE


def test_a_good_call_of_the_grant_before_does_not_confirm_this_one():
    account = Authorization(NOW, expiry(NOW), confirmed_at=NOW - DAY)
    assert status(account, NOW + SECOND) is Status.VERIFYING


def test_expiring_begins_with_the_midnight_that_leaves_thirty_calendar_days():
    expires = datetime(2026, 12, 24, 15, 0, tzinfo=BERLIN)
    account = Authorization(NOW - 300 * DAY, expires, confirmed_at=NOW)
    midnight = datetime(2026, 11, 24, tzinfo=BERLIN)
    assert status(account, midnight - SECOND) is Status.ACTIVE
    assert status(account, midnight) is Status.EXPIRING


def test_days_left_are_calendar_days_where_the_viewer_sits():
    expires = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert days_left(expires, NOW) == 1
    assert days_left(expires, NOW.astimezone(BERLIN)) == 2
    assert days_left(expires, NOW.astimezone(ZoneInfo("America/New_York"))) == 1


def test_days_left_do_not_stumble_over_the_change_of_the_clocks():
    before = datetime(2027, 3, 27, 12, 0, tzinfo=BERLIN)
    assert days_left(datetime(2027, 3, 29, 0, 30, tzinfo=BERLIN), before) == 2


def test_a_leap_day_makes_the_expiry_a_day_earlier_in_the_calendar():
    assert expiry(datetime(2027, 3, 1, 12, tzinfo=UTC)) == datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert expiry(datetime(2028, 2, 29, 12, tzinfo=UTC)) == datetime(2029, 2, 28, 12, tzinfo=UTC)
    assert expiry(datetime(2026, 6, 1, 12, tzinfo=UTC)) == datetime(2027, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "expected"), [(0, 1), (1, 1), (2, 7), (7, 7), (8, 14), (14, 14), (15, 30), (30, 30)]
)
def test_a_band_is_the_smallest_that_holds_the_days_left(left, expected):
    account = Authorization(NOW - 300 * DAY, NOW + left * DAY + SECOND, confirmed_at=NOW)
    assert band(account, NOW) == expected


def test_bands_are_a_setting():
    account = Authorization(NOW - 300 * DAY, NOW + 45 * DAY, confirmed_at=NOW)
    assert status(account, NOW) is Status.ACTIVE
    assert status(account, NOW, bands=(60, 20)) is Status.EXPIRING
    assert band(account, NOW, bands=(60, 20)) == 60


def test_only_failures_an_hour_apart_are_a_refusal():
    assert not is_refusal(NOW, NOW + HOUR - SECOND)
    assert is_refusal(NOW, NOW + HOUR)


def test_today_and_tomorrow_it_may_come_at_any_time():
    evening = datetime(2026, 11, 29, 21, 30, tzinfo=BERLIN)
    tomorrow = datetime(2026, 11, 30, 23, 59, 59, tzinfo=BERLIN)
    assert is_last_call(evening + SECOND, evening)
    assert is_last_call(tomorrow, evening)
    assert not is_last_call(tomorrow + SECOND, evening)
    assert not is_last_call(evening, evening)


@given(moments, st.integers(-1, 72 * 3600), zones)
def test_today_or_tomorrow_is_said_of_no_other_day_and_no_more_than_48_hours_ahead(
    as_of, seconds, zone
):
    as_of = as_of.astimezone(zone)
    expires = as_of.astimezone(UTC) + seconds * SECOND
    there = expires.astimezone(zone).date()
    is_near = there in (as_of.date(), as_of.date() + DAY)
    assert is_last_call(expires, as_of) is (is_near and 0 < seconds <= 48 * 3600)


def test_amazon_writes_a_month_ahead_and_then_weekly():
    expires = NOW + 10 * DAY
    assert amazon_reminders(expires, NOW) == tuple(expires - d * DAY for d in (30, 23, 16))
    assert amazon_reminders(NOW + 31 * DAY, NOW) == ()
    past = NOW - DAY
    assert amazon_reminders(past, NOW) == tuple(past - d * DAY for d in (30, 23, 16, 9, 2))


@given(authorizations, moments, zones)
def test_every_account_has_one_status_and_blocked_means_all_three_jobs(account, as_of, zone):
    of = status(account, as_of.astimezone(zone))
    assert blocked_jobs(of) == (tuple(Job) if of in BLOCKING else ())
    assert isinstance(seller_action(of), Action)


@given(authorizations, moments, zones)
def test_an_account_is_in_a_band_exactly_while_it_is_expiring(account, as_of, zone):
    as_of = as_of.astimezone(zone)
    found = band(account, as_of)
    assert (found is not None) is (status(account, as_of) is Status.EXPIRING)
    assert found is None or found in DEFAULT_BANDS


@given(authorizations, moments, zones, zones)
def test_whether_it_is_blocked_does_not_depend_on_where_one_sits(account, as_of, here, there):
    one, other = (status(account, as_of.astimezone(zone)) for zone in (here, there))
    assert (one in BLOCKING) is (other in BLOCKING)


@given(moments, moments, st.timedeltas(timedelta(0), timedelta(days=800)))
def test_what_has_expired_stays_expired(granted_at, as_of, later):
    account = Authorization(granted_at, expiry(granted_at), confirmed_at=granted_at)
    assume(status(account, as_of) is Status.EXPIRED)
    assert status(account, as_of + later) is Status.EXPIRED


@given(moments, zones, st.integers(0, 400), st.integers(0, 86_399))
def test_days_left_only_ever_fall(expires, zone, days, seconds):
    earlier = (expires - timedelta(days=days, seconds=seconds)).astimezone(zone)
    assert days_left(expires, earlier) >= days_left(expires, earlier + DAY / 3)


@pytest.mark.parametrize(
    ("changed", "wall"), [("2026-03-29T01:00+00:00", 3), ("2026-10-25T01:00+00:00", 2)]
)
def test_verifying_lasts_an_hour_over_a_change_of_the_clocks(changed: str, wall: int):
    as_of = (datetime.fromisoformat(changed) + 10 * MINUTE).astimezone(BERLIN)
    assert (as_of.hour, as_of.minute) == (wall, 10)
    for minutes, wanted in ((59, Status.VERIFYING), (61, Status.ACTIVE)):
        granted_at = as_of.astimezone(UTC) - minutes * MINUTE
        assert status(Authorization(granted_at, expiry(granted_at)), as_of) is wanted


@given(moments, st.timedeltas(-400 * DAY, 400 * DAY), zones)
def test_later_is_a_length_of_time_in_the_same_zone(moment, by, zone):
    there = later(moment.astimezone(zone), by)
    assert there.astimezone(UTC) == moment + by and there.tzinfo is zone


@pytest.mark.parametrize("minute", [59, 60, 61, 119, 120, 125])
def test_rounding_down_stays_within_the_step_where_an_hour_comes_twice(minute: int):
    moment = datetime(2026, 10, 24, 23, 0, 30, tzinfo=UTC) + minute * MINUTE
    for step in (5 * MINUTE, HOUR):
        rounded = rounded_down(moment.astimezone(BERLIN), step)
        assert timedelta(0) <= moment - rounded < step and rounded.minute % (step / MINUTE) == 0
