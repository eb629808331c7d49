"""What an account is searched by, and what it has to lose: of many as of one."""

from hypothesis import given
from hypothesis import strategies as st

from data_access.records import daily_value, daily_values, search_text, search_texts
from rules.folding import folded

PARTS = st.text() | st.sampled_from(["Łódź Handel", "Ａ℡", "́e", "shop7.example", "a\x00b", "ͅΐ"])
NUMBERS = st.none() | st.floats(0, 1e12) | st.sampled_from([-0.0, 0.5, 1.0, 1e-300])


@given(st.lists(PARTS))
def test_the_parts_of_what_is_searched_are_folded_as_all_of_it_would_be(parts: list[str]):
    assert search_text(*parts) == folded("\n".join(filter(None, parts)))


@given(st.lists(st.tuples(PARTS, PARTS, PARTS), min_size=1))
def test_many_accounts_are_searched_by_what_each_would_be(rows: list[tuple[str, ...]]):
    assert search_texts(list(zip(*rows, strict=True))) == [search_text(*row) for row in rows]


@given(st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1))
def test_many_accounts_have_as_much_to_lose_as_each_would(rows: list[tuple[float | None, ...]]):
    together = daily_values(*zip(*rows, strict=True))
    assert list(map(repr, together)) == [repr(daily_value(*row)) for row in rows]
