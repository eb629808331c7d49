"""Every statement behind the Accounts screen enters the big tables by an index, on both engines."""

import re
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from data_access import account_walk, expiry_counts
from data_access.account_detail import account_detail, version
from data_access.account_list import LAST, account_page
from data_access.account_segments import segments_of
from data_access.freshness import freshness
from data_access.named_views import named_views
from data_access.overview import overview, seller_languages
from data_access.schema import authorization
from data_access.timeline import timeline
from data_access.work_list import Group, counted, members, snoozed_ids
from rules.account_filter import SORTS, AccountFilter
from rules.authorization import DEFAULT_BANDS, Status
from rules.days import end_of_days_left
from tests.conftest import NOW
from tests.query_plans import scans, statements

BERLIN_NOW = NOW.astimezone(ZoneInfo("Europe/Berlin"))
FILTERS = (
    AccountFilter(),
    AccountFilter(within=30, marketplaces=("DE",)),
    AccountFilter(expires_from=date(2026, 12, 1), expires_to=date(2026, 12, 31)),
    AccountFilter(text="gmbh"),
    AccountFilter(text="x"),
    AccountFilter(languages=("de",), plans=("professional",), regions=("EU", "NA")),
    *(AccountFilter(statuses=(of,)) for of in Status),
    AccountFilter(statuses=(Status.EXPIRED, Status.EXPIRING, Status.REFUSED)),
)
ALONG_AN_INDEX_TOO = re.compile(r'(SCAN|Seq Scan on) "?authorization"?')


@pytest.mark.parametrize("wanted", FILTERS, ids=lambda wanted: wanted.sentence())
def test_counters_timeline_and_list_pass_over_no_big_table(demo_database, wanted):
    with statements(demo_database) as seen:
        overview(wanted, BERLIN_NOW, of=demo_database)
        timeline(wanted, BERLIN_NOW, of=demo_database)
        for sort in SORTS:
            sorted_filter = AccountFilter(
                **{**{f: getattr(wanted, f) for f in wanted.__slots__}, "sort": sort}
            )
            page = account_page(sorted_filter, BERLIN_NOW, size=10, of=demo_database)
            if page.after:
                account_page(sorted_filter, BERLIN_NOW, page.after, 10, of=demo_database)
            account_page(sorted_filter, BERLIN_NOW, LAST, 10, of=demo_database)
    assert len(seen) > 10
    for statement, parameters in seen:
        assert scans(demo_database, statement, parameters) == [], statement


@pytest.mark.parametrize("sort", SORTS)
def test_a_page_within_an_order_is_entered_where_it_begins_and_not_at_the_end(demo_database, sort):
    wanted = AccountFilter(sort=sort)
    first = account_page(wanted, NOW, size=5, of=demo_database)
    second = account_page(wanted, NOW, first.after, 5, of=demo_database)
    for cursor in (second.before, second.after):
        with statements(demo_database) as seen:
            account_page(wanted, NOW, cursor, 5, of=demo_database)
        # SQLite takes one beginning of a range, and with two of them perhaps the first of all.
        assert [sql for sql, _ in seen if re.search(r"(daily_value|seller_sort) >= ", sql)] == []


@pytest.mark.parametrize("group", Group)
def test_no_group_of_the_work_list_passes_over_all_accounts(demo_database, group):
    with statements(demo_database) as seen:
        counted(NOW - timedelta(days=1), BERLIN_NOW, demo_database)
        members(group, NOW - timedelta(days=1), BERLIN_NOW, demo_database)
        snoozed_ids(BERLIN_NOW, demo_database)
    for statement, parameters in seen:
        plan = scans(demo_database, statement, parameters, ALONG_AN_INDEX_TOO)
        assert plan == [], statement


@pytest.mark.parametrize("sort", ("urgency", "expiry"))
@pytest.mark.parametrize("status", (Status.VERIFYING, Status.NOT_AUTHORIZED))
@pytest.mark.parametrize("demo_database", ["sqlite"], indirect=True)
def test_who_lies_at_the_end_of_the_order_is_sorted_apart(demo_database, status, sort):
    """Along the order of the list all others would lie before them."""
    wanted = AccountFilter(statuses=(status,), sort=sort)
    with statements(demo_database) as seen:
        account_page(wanted, BERLIN_NOW, of=demo_database)
    along = [sql for sql, _ in seen if re.search("ORDER BY authorization.(expires_at|daily)", sql)]
    assert along
    assert all("AS few" in sql or "authorization.id IN" in sql for sql in along)


@pytest.mark.parametrize("demo_database", ["sqlite"], indirect=True)
def test_the_many_who_are_active_are_not_sorted_to_find_the_first(demo_database, monkeypatch):
    """Whose last sync is long ago is hardly ever active, yet most accounts are."""
    monkeypatch.setattr(account_walk, "NEAR", 5)
    wanted = AccountFilter(statuses=(Status.ACTIVE,), sort="last_sync")
    with statements(demo_database) as seen:
        page = account_page(wanted, BERLIN_NOW, size=20, of=demo_database)
    assert len(page.accounts) == 20
    assert "AS few" not in seen[1][0]


@pytest.mark.parametrize("narrowed", ({"within": 7}, {"languages": ("ja",)}))
@pytest.mark.parametrize("demo_database", ["sqlite"], indirect=True)
def test_the_active_of_a_narrow_filter_may_be_few(demo_database, monkeypatch, narrowed):
    """Along the order all accounts would be passed over in vain."""
    monkeypatch.setattr(account_walk, "NEAR", 5)
    wanted = AccountFilter(statuses=(Status.ACTIVE,), sort="-value", **narrowed)
    with statements(demo_database) as seen:
        account_page(wanted, BERLIN_NOW, size=20, of=demo_database)
    assert "AS few" in seen[-1][0]


@pytest.mark.parametrize("sort", ("urgency", "expiry", "-expiry"))
@pytest.mark.parametrize("status", ((), (Status.ACTIVE,)))
@pytest.mark.parametrize("ahead", (0, 60))
@pytest.mark.parametrize("demo_database", ["sqlite"], indirect=True)
def test_by_expiry_a_page_is_entered_at_one_place(demo_database, sort, status, ahead):
    """Of two lower bounds SQLite takes the first, and goes through all that lies between them."""
    today = BERLIN_NOW.date()
    window = {"expires_from": today + timedelta(ahead)} if ahead else {}
    wanted = AccountFilter(sort=sort, statuses=status, **window)
    page = account_page(wanted, BERLIN_NOW, size=3, of=demo_database)
    with statements(demo_database) as seen:
        for cursor in (None, page.after):
            account_page(wanted, BERLIN_NOW, cursor, 3, of=demo_database)
    lower = re.compile(
        r"(?<![(\w])(authorization\.expires_at >=? \?|\(authorization\.expires_at, "
        r"authorization\.id\) > |authorization\.expires_at IS NOT NULL)(?! IS)"
    )
    for sql, _ in seen:
        inner = sql.split("WHERE", 1)[1]
        assert len(lower.findall(inner)) <= 1, sql


@pytest.mark.parametrize("demo_database", ["sqlite"], indirect=True)
def test_of_a_month_only_the_days_that_are_over_are_gone_through_for_the_expired(
    demo_database, monkeypatch
):
    """SQLite would enter the index at the end of the month, whoever else is asked for."""
    monkeypatch.setattr(account_walk, "NEAR", 5)
    today = BERLIN_NOW.date()
    wanted = AccountFilter(expires_from=today, expires_to=today + timedelta(30), languages=("ja",))
    _, ends = wanted.window(BERLIN_NOW)
    with statements(demo_database) as seen:
        account_page(wanted, BERLIN_NOW, of=demo_database)
    until_now = f"{NOW:%F %T}.000001"
    of_the_expired = [said for sql, said in seen if "daily_value DESC" in sql and until_now in said]
    assert of_the_expired
    assert all(f"{ends.astimezone(UTC):%F %T}.000000" not in said for said in of_the_expired)


@pytest.mark.parametrize("sort", ("urgency", "expiry"))
def test_who_is_active_is_looked_for_behind_those_who_expire_soon(demo_database, sort):
    soon = end_of_days_left(BERLIN_NOW, max(DEFAULT_BANDS))
    wanted = AccountFilter(statuses=(Status.ACTIVE,), sort=sort)
    (along,) = [
        segment
        for segment in segments_of(wanted, BERLIN_NOW, DEFAULT_BANDS)
        if segment.by.name == "expires_at"
    ]
    behind = select(func.min(authorization.c.expires_at)).where(along.where, along.expiring)
    with demo_database.connect() as connection:
        assert connection.scalar(behind) >= soon


def test_what_stands_around_the_list_passes_over_no_big_table(demo_database):
    with statements(demo_database) as seen:
        freshness(demo_database)
        named_views(demo_database)
        seller_languages(demo_database)
        account_detail(1, demo_database)
        version(demo_database)
    for statement, parameters in seen:
        assert scans(demo_database, statement, parameters) == [], statement


@pytest.mark.parametrize(("few", "looked_up"), [(0, True), (10_000, False)])
@pytest.mark.parametrize(
    ("wanted", "entered"),
    [
        (AccountFilter(text="gmbh"), "MATCH"),
        (AccountFilter(text="m"), "authorization.seller_sort >="),
        (AccountFilter(regions=("EU",)), "authorization.region IN"),
        (AccountFilter(marketplaces=("DE",)), "authorization.marketplaces IN"),
    ],
)
def test_many_whom_a_filter_means_are_looked_up_in_the_moved_hours(
    demo_database, monkeypatch, few, looked_up, wanted, entered
):
    monkeypatch.setattr(expiry_counts, "FEW", few)
    with statements(demo_database) as seen:
        timeline(wanted, BERLIN_NOW, of=demo_database)
    (moved,) = [sql for sql, _ in seen if "json_each" in sql or "jsonb_array" in sql]
    # What a database does with it shows in one of a million only: where SQLite has an index of the
    # filter to enter by, it goes through all that it means for each hour, and PostgreSQL does so
    # wherever it may choose.
    if demo_database.dialect.name == "sqlite":
        assert (entered not in moved) is looked_up
        # The hits of a text are gone through once, however few the other conditions leave of them.
        assert ("AS few" in moved) is (bool(wanted.text) and not looked_up)
    else:
        assert ("LATERAL" in moved) is looked_up


@pytest.mark.parametrize(
    ("wanted", "far", "looks"),
    [
        # Many meet the filter: they are among the next few of the order.
        (AccountFilter(regions=("EU",), sort="name"), 100, ["near"]),
        # Fewer: as many as were found among the next few tell how far to look.
        (AccountFilter(regions=("EU",), sort="name"), 12, ["near", "near"]),
        # Hardly any: all of them are sorted.
        (AccountFilter(languages=("xx",), sort="name"), 100, ["near", "all"]),
        # A text that hardly any have is looked for once, not in each segment.
        (AccountFilter(text="nobody is called this"), 100, ["near", "numbers"]),
        (AccountFilter(text="shop77."), 100, ["near", "numbers", *["all"] * 5]),
        # The filter's own index has the order.
        (AccountFilter(within=30, sort="expiry"), 100, ["all"]),
        (AccountFilter(sort="name"), 100, ["all"]),
    ],
)
def test_a_page_is_looked_for_where_it_is_likely_to_be(
    demo_database, monkeypatch, wanted, far, looks
):
    monkeypatch.setattr(account_walk, "NEAR", far)
    with statements(demo_database) as seen:
        account_page(wanted, BERLIN_NOW, size=10, of=demo_database)
    assert [how_it_looks(sql) for sql, _ in seen] == looks


def how_it_looks(sql: str) -> str:
    """What a statement of a page goes through."""
    if " AS meant" in sql:
        return "numbers"
    return "near" if sql.count("LIMIT") > 1 and " AS few" not in sql else "all"
