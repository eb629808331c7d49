"""What an account is searched by."""

from hypothesis import given
from hypothesis import strategies as st

from data_access.records import search_text
from rules.folding import folded


@given(st.lists(st.text() | st.sampled_from(["Łódź Handel", "Ａ℡", "́e", "shop7.example"])))
def test_the_parts_of_what_is_searched_are_folded_as_all_of_it_would_be(parts: list[str]):
    assert search_text(*parts) == folded("\n".join(filter(None, parts)))
