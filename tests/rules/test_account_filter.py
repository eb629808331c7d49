"""A filter survives its URL, says itself in a sentence, and never obeys what it cannot read."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.account_filter import PLANS, REGIONS, SORTS, AccountFilter, from_query
from rules.authorization import Status
from rules.days import end_of_days_left

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)

unique = {"max_size": 4, "unique": True}
filters = st.builds(
    AccountFilter,
    statuses=st.lists(st.sampled_from(Status), **unique).map(tuple),
    within=st.none() | st.integers(0, 3650),
    beyond=st.none() | st.integers(0, 3650),
    expires_from=st.none() | st.dates(date(1900, 1, 1), date(9000, 12, 31)),
    expires_to=st.none() | st.dates(date(1900, 1, 1), date(9000, 12, 31)),
    regions=st.lists(st.sampled_from(REGIONS), **unique).map(tuple),
    marketplaces=st.lists(st.sampled_from(["DE", "UK", "JP"]), **unique).map(tuple),
    languages=st.lists(st.sampled_from(["de", "pt-BR"]), **unique).map(tuple),
    plans=st.lists(st.sampled_from(PLANS), **unique).map(tuple),
    text=st.text(max_size=40).map(lambda text: text.replace("\x00", "").strip()),
    owners=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20),
        **unique,
    ).map(tuple),
    snoozed=st.none() | st.booleans(),
    contacted=st.none() | st.booleans(),
    sort=st.sampled_from(SORTS),
)


def read(query: str) -> AccountFilter:
    """What a query string asks for, unreadable parts aside."""
    return from_query(parse_qs(query, keep_blank_values=True))[0]


@given(filters)
def test_a_filter_comes_back_from_its_url(wanted):
    back, ignored = from_query(parse_qs(urlencode(wanted.to_query())))
    assert back == wanted
    assert ignored == ()


@given(filters)
def test_a_difference_denies_nothing_any_more(wanted):
    while (difference := wanted.as_difference()) is not None:
        wanted, part = difference
        assert part.as_difference() != difference
    assert wanted.snoozed is not False and wanted.contacted is not False


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "status",
                "within",
                "from",
                "to",
                "region",
                "marketplace",
                "language",
                "plan",
                "q",
                "owner",
                "snoozed",
                "contacted",
                "sort",
                "x",
            ]
        ),
        st.lists(st.text(), max_size=3),
    )
)
def test_no_address_breaks_it(query):
    wanted, _ = from_query(query)
    wanted.window(NOW)
    assert isinstance(wanted.sentence(), str)


def test_what_cannot_be_read_is_named():
    wanted, ignored = from_query({"status": ["expired", "bogus"], "within": ["-1"], "sort": ["x"]})
    assert wanted == AccountFilter(statuses=(Status.EXPIRED,))
    assert {(each.parameter, each.value) for each in ignored} == {
        ("status", "bogus"),
        ("within", "-1"),
        ("sort", "x"),
    }


def test_what_no_database_keeps_is_no_part_of_a_text():
    assert read("q=%00a%00b&owner=a%00b&owner=%00&owner=ab") == AccountFilter(
        text="ab", owners=("ab",)
    )


@pytest.mark.parametrize("days", [0, 7, 30, 3650])
def test_within_ends_with_the_last_of_its_days(days):
    berlin = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    starts, ends = AccountFilter(within=days).window(berlin)
    assert starts > NOW
    assert ends == end_of_days_left(berlin, days)


def test_a_window_of_days_lies_between_the_ends_of_two_of_them():
    window = AccountFilter(beyond=7, within=30).window(NOW)
    assert window == (end_of_days_left(NOW, 7), end_of_days_left(NOW, 30))
    week = AccountFilter(within=7).window(NOW)
    assert (week[0], window[1]) == AccountFilter(within=30).window(NOW)
    assert week[1] == window[0]


def test_dates_and_days_together_mean_what_both_allow():
    wanted = AccountFilter(within=30, expires_from=date(2026, 12, 1), expires_to=date(2027, 12, 31))
    starts, ends = wanted.window(NOW)
    assert starts == datetime(2026, 12, 1, tzinfo=UTC)
    assert ends == datetime(2026, 12, 24, tzinfo=UTC)


def test_it_says_itself_in_a_sentence():
    wanted = AccountFilter(within=30, marketplaces=("DE",), text="müller")
    assert wanted.sentence() == "expires within 30 days · marketplace: DE · contains “müller”"
    soon = AccountFilter(beyond=7, within=30)
    assert soon.sentence() == "expires within 30 days · expires in more than 7 days"
    assert AccountFilter(sort="name").sentence() == "all accounts"


def test_only_what_is_asked_for_stands_in_the_url():
    assert AccountFilter().to_query() == []
    assert read("within=30&within=7").within == 7
