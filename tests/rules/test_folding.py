"""What is typed finds what is meant."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.folding import all_folded, folded


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("muller", "Müller"),
        ("STRASSE", "Straße"),
        ("zubr", "Żubr"),
        ("lodz", "Łódź"),
        ("株式", "株式会社"),
        ("tel", "℡ Shop"),
    ],
)
def test_case_and_accents_do_not_matter(typed, name):
    assert folded(typed) in folded(name)


@given(st.lists(st.text()))
def test_lines_fold_together_as_they_fold_alone(lines: list[str]):
    assert folded("\n".join(lines)) == "\n".join(map(folded, lines))


@given(st.lists(st.text() | st.sampled_from(["Żubr", "ͅa", "ﷺ", "a\x00b", "株式会社", ""])))
def test_many_fold_as_each_would(texts: list[str]):
    assert all_folded(texts) == list(map(folded, texts))


def test_a_text_folds_a_letter_at_a_time():
    # What is no letter yet, or nobody's, folds to itself.
    known = (each for each in map(chr, range(0x110000)) if category(each) not in ("Cn", "Co", "Cs"))
    for letter in known:
        assert folded(f"a{letter}\u0301") == f"a{folded(letter)}"
        assert folded(folded(letter)) == folded(letter)
