"""Prevention: by hand over a small history, and recounted over random ones."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, update

from data_access import demo, schema
from data_access.database import writing
from data_access.prevention import prevention_cohorts, prevention_months
from tests.conftest import NOW
from tests.query_plans import scans, statements

BERLIN = ZoneInfo("Europe/Berlin")
AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC).astimezone(BERLIN)
A_YEAR = timedelta(days=365)
FIRST_MONTH = datetime(2025, 11, 1, tzinfo=BERLIN)


def tell(database: Engine, histories: list[list[datetime]], paused: set[int] = frozenset()) -> None:
    """Writes the grants of each account into the desk, as the desk and as a source would."""
    events, lapses = [], []
    for account, grants in enumerate(histories, start=1):
        events.append(_event(account, grants[0], {}))
        for before, after in pairwise(grants):
            expiry = before + A_YEAR
            # By turns renewed through the desk and seen in a source.
            if account % 2:
                events.append(_event(account, after, {"previous_expiry": str(expiry)}))
            else:
                said = {"expires_at": {"before": expiry.isoformat(), "after": None}}
                events.append(_event(account, after, said, "renewed"))
            if expiry < after:
                lapses.append({"authorization_id": account, "began_at": expiry, "ended_at": after})
    with writing(database) as connection:
        for table in (schema.lapse, schema.event):
            connection.execute(table.delete())
        for account, grants in enumerate(histories, start=1):
            connection.execute(
                update(schema.authorization)
                .where(schema.authorization.c.id == account)
                .values(
                    granted_at=grants[-1],
                    expires_at=grants[-1] + A_YEAR,
                    paused=account in paused,
                )
            )
        connection.execute(insert(schema.event), events)
        if lapses:
            connection.execute(insert(schema.lapse), lapses)


def _event(account: int, at: datetime, said: dict, kind: str = "granted") -> dict:
    return {"at": at, "kind": kind, "authorization_id": account, "details": json.dumps(said)}


def utc(*when: int) -> datetime:
    """A moment in UTC."""
    return datetime(*when, tzinfo=UTC)


@pytest.fixture
def four_sellers(database):
    """One renewed ten days early, due on 5 October; one five days early, due on 20 October; one
    renewed four days after lapsing on 15 October; one lapsed on 31 October at 23:30 UTC, which is
    November in Berlin, and stays so."""
    demo.fill(4, 2, NOW, of=database)
    tell(
        database,
        [
            [utc(2025, 10, 5), utc(2026, 9, 25)],
            [utc(2025, 10, 20), utc(2026, 10, 15)],
            [utc(2024, 10, 15), utc(2025, 10, 15), utc(2026, 10, 19)],
            [utc(2025, 10, 31, 23, 30)],
        ],
    )
    return database


def row(frame: pd.DataFrame, column: str, value: date | None) -> pd.Series:
    """The row of a month or cohort."""
    return next(each for _, each in frame.iterrows() if each[column] == value)


def test_a_month_comes_to_what_one_counts_by_hand(four_sellers):
    october = row(prevention_months(AS_OF, of=four_sellers), "month", date(2026, 10, 1))
    assert (october.renewed_in_time, october.lapses_begun) == (2, 1)
    assert october.share_in_time == pytest.approx(2 / 3)
    assert october.median_days == 7.5
    assert october.blocked_days == pytest.approx(4)


def test_months_are_those_of_the_zone(four_sellers):
    in_berlin = row(prevention_months(AS_OF, of=four_sellers), "month", date(2026, 11, 1))
    assert (in_berlin.lapses_begun, in_berlin.share_in_time) == (1, 0)
    in_utc = prevention_months(AS_OF.astimezone(UTC), of=four_sellers)
    assert row(in_utc, "month", date(2026, 10, 1)).lapses_begun == 2


def test_cohorts_begin_with_the_first_grant(four_sellers):
    found = prevention_cohorts(AS_OF, of=four_sellers)
    first = row(found, "cohort", date(2025, 10, 1))
    assert (first.renewed_in_time, first.lapses_begun, first.median_days) == (2, 0, 7.5)
    # The third account is older than the 24 months that are shown one by one.
    old = row(found, "cohort", None)
    assert (old.renewed_in_time, old.lapses_begun, old.blocked_days) == (0, 1, 4)


def test_a_grant_that_is_told_twice_is_no_renewal(four_sellers):
    with writing(four_sellers) as connection:
        said = {"previous_expiry": str(utc(2026, 9, 25) + A_YEAR)}
        connection.execute(insert(schema.event), [_event(1, utc(2026, 9, 25, 3), said)])
    later = prevention_months(utc(2027, 9, 30), of=four_sellers)
    assert later["renewed_in_time"].sum() == 2


def test_an_empty_desk_has_months_of_nothing_and_no_cohort(database):
    months = prevention_months(AS_OF, of=database)
    assert len(months) == 13
    assert months["share_in_time"].isna().all()
    assert prevention_cohorts(AS_OF, of=database).empty


ACCOUNTS = 6
HISTORIES = st.lists(
    st.tuples(
        st.datetimes(datetime(2022, 1, 1), datetime(2025, 6, 1), timezones=st.just(UTC)),
        st.lists(st.floats(1.1, 460), min_size=0, max_size=6),
        st.booleans(),
    ),
    min_size=ACCOUNTS,
    max_size=ACCOUNTS,
)


def grants_of(first: datetime, gaps: list[float]) -> list[datetime]:
    """Grants until AS_OF, so many days after one another."""
    found = [first.replace(microsecond=0)]
    for gap in gaps:
        found.append(found[-1] + timedelta(days=round(gap, 3)))
    return [at for at in found if at < AS_OF]


def recounted(histories: list, paused: set[int], low: datetime, high: datetime) -> tuple:
    """The figures of the expiries between two moments, account by account."""
    days, begun, blocked = [], 0, 0.0
    for account, grants in enumerate(histories, start=1):
        for before, after in [*pairwise(grants), (grants[-1], None)]:
            expiry = before + A_YEAR
            if after is not None and after <= expiry:
                # The seconds are whole in the history, as Unix time has them.
                left = int(expiry.timestamp()) - int(after.timestamp())
                days += [left // 86_400] if low <= expiry < high else []
                continue
            if after is None and (account in paused or expiry > AS_OF):
                continue
            begun += low <= expiry < high
            overlap = min(after or AS_OF, high).timestamp() - max(expiry, low).timestamp()
            blocked += max(overlap, 0) / 86_400
    return len(days), begun, median(days) if days else None, pytest.approx(blocked, abs=1e-6)


def figures(each: pd.Series) -> tuple:
    """The same out of a row."""
    days = None if pd.isna(each.median_days) else each.median_days
    return each.renewed_in_time, each.lapses_begun, days, each.blocked_days


@pytest.fixture
def six_sellers(database):
    """Six accounts whose history the test tells."""
    demo.fill(ACCOUNTS, 2, NOW, of=database)
    return database


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES)
@example([(utc(2025, 1, 1), [365.0], False)] * ACCOUNTS).via("renewed as it expired")
def test_every_month_is_what_counting_by_hand_gives(six_sellers, drawn):
    histories = [grants_of(first, gaps) for first, gaps, _ in drawn]
    paused = {n for n, (_, _, off) in enumerate(drawn, start=1) if off}
    tell(six_sellers, histories, paused)
    months = prevention_months(AS_OF, of=six_sellers)
    high = AS_OF
    for _, each in months.iterrows():
        low = datetime.combine(each.month, datetime.min.time(), BERLIN)
        assert figures(each) == recounted(histories, paused, low, high)
        high = low
    cohorts = prevention_cohorts(AS_OF, of=six_sellers)
    assert cohorts["renewed_in_time"].sum() == months["renewed_in_time"].sum()
    assert cohorts["blocked_days"].sum() == pytest.approx(months["blocked_days"].sum())
    for _, each in cohorts.iterrows():
        own = [grants for grants in histories if (cohort_of(grants) or None) == each.cohort]
        numbers = {n for n, grants in enumerate(histories, start=1) if grants in own}
        assert figures(each) == recounted(
            [histories[n - 1] for n in sorted(numbers)],
            {i for i, n in enumerate(sorted(numbers), start=1) if n in paused},
            FIRST_MONTH,
            AS_OF,
        )


def cohort_of(grants: list[datetime]) -> date | None:
    """The month of the first grant, None before the 24 that are shown one by one."""
    first = grants[0].astimezone(BERLIN).date().replace(day=1)
    return first if first >= date(2024, 12, 1) else None


def test_months_read_the_history_by_its_index(demo_database):
    with statements(demo_database) as seen:
        prevention_months(AS_OF, of=demo_database)
    history = [each for each in seen if "event" in each[0]]
    assert len(history) == 1
    for statement, parameters in history:
        assert scans(demo_database, statement, parameters) == [], statement
