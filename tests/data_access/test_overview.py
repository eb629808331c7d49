"""Counters agree with the rule asked account by account, in every zone and at every moment."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, select, update

from data_access import demo, rollup
from data_access.account_list import every_account
from data_access.account_rows import facts
from data_access.database import reading, writing
from data_access.overview import overview
from data_access.schema import authorization
from data_access.timeline import timeline
from rules.account_filter import AccountFilter
from rules.authorization import Status, band, days_left, status

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
FILTERS = (
    AccountFilter(),
    AccountFilter(marketplaces=("DE",), within=30),
    AccountFilter(regions=("NA", "FE"), statuses=(Status.EXPIRED, Status.REFUSED)),
    AccountFilter(text="gmbh", within=90),
    AccountFilter(plans=("individual",), languages=("de", "fr")),
    AccountFilter(expires_from=date(2026, 11, 1), expires_to=date(2027, 1, 29)),
    AccountFilter(text="no seller is called like this"),
)
SOON = AccountFilter(within=30)


def means(wanted: AccountFilter, row, as_of) -> bool:
    """Whether the filter means this account, its statuses aside; worked out row by row."""
    if wanted.marketplaces and not set(row.marketplaces.split(",")) & set(wanted.marketplaces):
        return False
    if wanted.regions and row.region not in wanted.regions:
        return False
    if wanted.plans and row.plan not in wanted.plans:
        return False
    if wanted.languages and row.language not in wanted.languages:
        return False
    if wanted.text not in row.search_text:
        return False
    starts, ends = wanted.window(as_of)
    if (starts or ends) and row.expires_at is None:
        return False
    return (not starts or row.expires_at >= starts) and (not ends or row.expires_at < ends)


@pytest.fixture
def rows(demo_database: Engine) -> list:
    """Every authorization, as plain rows."""
    with reading(demo_database) as connection:
        return list(connection.execute(select(authorization)))


@pytest.mark.parametrize("wanted", FILTERS, ids=lambda wanted: wanted.sentence())
@pytest.mark.parametrize("zone", ZONES)
def test_counters_are_the_rule_counted(demo_database, rows, now, wanted, zone):
    for days in (-400, -1, 0, 30, 200, 500):
        as_of = (now + timedelta(days=days)).astimezone(ZoneInfo(zone))
        seen = overview(wanted, as_of, of=demo_database)
        meant = [facts(row) for row in rows if means(wanted, row, as_of)]
        by_status = Counter(status(account, as_of) for account in meant)
        by_band = Counter(band(account, as_of) for account in meant)
        assert seen.statuses == {s: by_status[s] for s in Status}
        assert seen.bands == {d: by_band[d] for d in (30, 14, 7, 1)}
        assert sum(seen.regions.values()) == seen.total == len(meant)


@pytest.mark.parametrize("wanted", FILTERS, ids=lambda wanted: wanted.sentence())
def test_the_count_over_the_list_is_the_length_of_the_list(demo_database, now, wanted):
    frames = every_account(wanted, now, of=demo_database)
    assert overview(wanted, now, of=demo_database).matching == sum(map(len, frames))


@pytest.mark.parametrize("zone", ZONES)
def test_within_30_days_means_30_calendar_days_where_the_viewer_sits(
    demo_database, rows, now, zone
):
    as_of = now.astimezone(ZoneInfo(zone))
    meant = {
        row.id
        for row in rows
        if row.expires_at and row.expires_at > as_of and days_left(row.expires_at, as_of) <= 30
    }
    frames = every_account(AccountFilter(within=30), as_of, of=demo_database)
    assert {i for frame in frames for i in frame["id"]} == meant


@pytest.mark.parametrize("by_day", [False, True], ids=["weeks", "days"])
@pytest.mark.parametrize("zone", ZONES)
def test_a_bar_of_the_timeline_counts_what_expires_on_its_days(
    demo_database, rows, now, zone, by_day
):
    as_of = now.astimezone(ZoneInfo(zone))
    drawn = timeline(AccountFilter(), as_of, by_day, of=demo_database).bars
    expected: Counter = Counter()
    for row in rows:
        if row.expires_at is not None:
            on = row.expires_at.astimezone(as_of.tzinfo).date()
            expected[on, status(facts(row), as_of).value] += 1
    found: Counter = Counter()
    for start, end, of, _, accounts in drawn:
        found[start or date.min, end or date.max, of] += accounts
    for (start, end, of), accounts in found.items():
        meant = [n for (on, s), n in expected.items() if s == of and start <= on <= end]
        assert accounts == sum(meant)
    assert sum(found.values()) == sum(expected.values())


@pytest.mark.parametrize(
    "statuses", [(), (Status.EXPIRED,), (Status.EXPIRING, Status.ACTIVE), (Status.PAUSED,)]
)
def test_cliffs_are_looked_for_among_the_days_that_are_shown(
    demo_database, rows, now, statuses, monkeypatch
):
    monkeypatch.setattr("data_access.timeline.cliffs", lambda *found: zip(*found, strict=True))
    drawn = timeline(AccountFilter(statuses=statuses), now, of=demo_database)
    expected: Counter = Counter()
    for row in rows:
        if row.expires_at is not None and drawn.first <= row.expires_at.date() <= drawn.last:
            # Their status at the end of their day: a cliff is told to the day.
            of = status(replace(facts(row), expires_at=end_of_day(row.expires_at)), now)
            if of in statuses if statuses else of is not Status.PAUSED:
                expected[row.expires_at.date()] += 1
    assert dict(drawn.cliffs) == expected


@pytest.mark.parametrize("by_day", [False, True], ids=["weeks", "days"])
@pytest.mark.parametrize("hour", [2, 12, 23])
@pytest.mark.parametrize("zone", ZONES)
def test_a_cliff_is_on_the_day_that_it_has_where_the_viewer_sits(database, now, zone, hour, by_day):
    """Forty accounts in two hours, which UTC's midnight may cut in two, and others one a day."""
    as_of = now.astimezone(ZoneInfo(zone))
    demo.fill(100, 4, now, of=database)
    cliff = datetime(2027, 2, 3, hour, 20, tzinfo=UTC)
    with writing(database) as connection:
        ids = connection.scalars(select(authorization.c.id)).all()
        for n, account in enumerate(ids):
            at = cliff + timedelta(minutes=3 * n) if n < 40 else now + timedelta(days=n)
            connection.execute(
                update(authorization)
                .where(authorization.c.id == account)
                .values(expires_at=at, granted_at=now - timedelta(days=9), paused=False)
            )
        rollup.rebuild(connection)
    on = Counter(
        (cliff + timedelta(minutes=3 * n)).astimezone(as_of.tzinfo).date() for n in range(40)
    )
    drawn = timeline(AccountFilter(), as_of, by_day, of=database)
    assert drawn.cliffs
    for each in drawn.cliffs:
        its_day = AccountFilter(expires_from=each.day, expires_to=each.day)
        assert each.accounts == overview(its_day, as_of, of=database).total
    assert {each.day for each in drawn.cliffs} == {day for day, n in on.items() if n >= 10}


def end_of_day(moment: datetime) -> datetime:
    """The last moment of its UTC day."""
    return datetime.combine(moment.date(), time.max, UTC)


def test_the_rollup_is_exact_after_single_changes(database, now):

    demo.fill(80, 5, now, of=database)
    with reading(database) as connection:
        ids = list(connection.scalars(select(authorization.c.id).limit(20)))
    with writing(database) as connection, rollup.kept(connection, ids):
        connection.execute(
            authorization.update()
            .where(authorization.c.id.in_(ids))
            .values(expires_at=now + timedelta(days=365), granted_at=now, refused_at=None)
        )
    with reading(database) as connection:
        assert rollup.drift(connection) == 0


def test_a_change_past_the_rollup_shows_as_drift(database, now):

    demo.fill(10, 5, now, of=database)
    with writing(database) as connection:
        connection.execute(authorization.update().values(language="xx"))
    with reading(database) as connection:
        assert rollup.drift(connection) > 0


def test_in_the_hour_that_comes_twice_the_counters_are_the_list(database: Engine):
    """Just after it has come twice, an account is there that expired when it came first."""
    as_of = datetime(2026, 10, 25, 1, 10, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    demo.fill(1, 4, as_of, of=database)
    lapsed = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    with writing(database) as connection:
        connection.execute(
            update(authorization).values(
                granted_at=lapsed - timedelta(days=365),
                expires_at=lapsed,
                paused=False,
                refused_at=None,
            )
        )
        rollup.rebuild(connection)
    for wanted, matching in ((AccountFilter(statuses=(Status.EXPIRED,)), 1), (SOON, 0)):
        frames = every_account(wanted, as_of, of=database)
        assert overview(wanted, as_of, of=database).matching == matching
        assert sum(map(len, frames)) == matching
        bars = timeline(wanted, as_of, of=database).bars
        assert [bar.accounts for bar in bars if bar.status == Status.EXPIRED] == [1]


@pytest.mark.parametrize("count", [overview, timeline])
def test_who_is_renewed_while_all_are_counted_is_counted_once(database: Engine, now, count):
    demo.fill(40, 4, now, of=database)
    found = authorization.c.granted_at < now - timedelta(days=1), authorization.c.expires_at > now
    with reading(database) as connection:
        account = connection.scalar(
            select(authorization.c.id).where(~authorization.c.paused, *found)
        )
    to_come = [account]

    def renew(_connection, _cursor, statement: str, *_) -> None:
        """After the first statement that looks at anything."""
        if statement.startswith("BEGIN") or not to_come:
            return
        to_come.clear()
        with writing(database) as connection, rollup.kept(connection, [account]):
            renewed = {"granted_at": now, "expires_at": now + timedelta(days=365)}
            number = authorization.c.id == account
            connection.execute(update(authorization).where(number).values(**renewed))

    before = count(AccountFilter(), now, of=database)
    event.listen(database, "after_cursor_execute", renew)
    assert count(AccountFilter(), now, of=database) == before
    event.remove(database, "after_cursor_execute", renew)
    assert count(AccountFilter(), now, of=database) != before
