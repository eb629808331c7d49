"""What is typed finds what is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.folding import folded


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
