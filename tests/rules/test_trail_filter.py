"""The filter of the audit trail goes to an address and comes back; what means nothing is named."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rules.acts import Act
from rules.trail_filter import PARAMETERS, TrailFilter, from_query

filters = st.builds(
    TrailFilter,
    who=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=50),
    acts=st.lists(st.sampled_from(Act), unique=True).map(tuple),
    account=st.none() | st.integers(0, 10**18 - 1),
    since=st.none() | st.dates(date(1900, 1, 1), date(9000, 1, 1)),
    until=st.none() | st.dates(date(1900, 1, 1), date(9000, 1, 1)),
)


@given(filters)
def test_a_filter_comes_back_from_its_address(wanted):
    assert from_query(wanted.to_query()) == (wanted, ())


@given(st.dictionaries(st.sampled_from(PARAMETERS), st.lists(st.text(max_size=30), max_size=3)))
def test_whatever_an_address_says_is_read_or_named(query):
    wanted, unread = from_query(query)
    wanted.window(datetime(2026, 11, 23, tzinfo=UTC))
    assert set(unread) <= set(PARAMETERS) - {"who"}


def test_what_means_nothing_is_named():
    query = {"what": ["sign_in", "dance"], "account": ["-1"], "from": ["today"], "to": ["2026"]}
    wanted, unread = from_query(query)
    assert wanted == TrailFilter(acts=(Act.SIGN_IN,))
    assert unread == ("what", "account", "from", "to")


def test_days_are_those_of_the_viewer_with_the_last_one_whole():
    wanted = TrailFilter(since=date(2026, 11, 23), until=date(2026, 11, 23))
    as_of = datetime(2026, 11, 25, tzinfo=ZoneInfo("Asia/Tokyo"))
    since, until = wanted.window(as_of)
    assert since == datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert until == datetime(2026, 11, 23, 15, tzinfo=UTC)
