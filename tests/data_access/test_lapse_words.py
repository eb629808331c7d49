"""A lapse in the words of six languages."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from data_access import lapse_words
from data_access.lapse_story import lapse_story, profile_of
from data_access.lapse_words import LOCALE, LapseWords
from data_access.texts import languages
from rules.assumptions import Assumptions
from rules.consequences import Happening
from tests.catalogues import catalogue_of, texts_of

NOW = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
OTHERS = ("de", "es", "fr", "it", "pl")


def story(days: float = 5, **values: float):
    """A shop that lapsed so many days ago."""
    return lapse_story(profile_of(values), NOW - timedelta(days=days), NOW, Assumptions())


def test_six_languages_are_spoken():
    assert set(languages(LOCALE)) == {"en", *OTHERS}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_room_for_the_same_things(language):
    known = catalogue_of(LOCALE, language)
    assert set(known) == texts_of(lapse_words.__file__)
    for text, translated in known.items():
        assert translated != text
        assert sorted(re.findall(r"{\w+}", translated)) == sorted(re.findall(r"{\w+}", text))


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_every_event_has_a_sentence(language):
    busy = story(orders_per_day=900, offers=20, price_changes_per_day=9, stock_changes_per_day=9)
    told = {e.happening: LapseWords(language, BERLIN).happening(e) for e in busy.happenings}
    assert set(told) == set(Happening) - {Happening.OUT_OF_REACH}
    assert len(set(told.values())) == len(told)
    assert not any("{" in sentence for sentence in told.values())


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_no_line_ends_between_a_number_and_its_percent_sign(language):
    words = LapseWords(language, BERLIN)
    told = [words.happening(event) for event in story(orders_per_day=900).happenings]
    marks = [sentence for sentence in told if "%" in sentence]
    assert marks and not any(" %" in sentence for sentence in marks)


@pytest.mark.parametrize(("days", "is_told"), [(10, False), (700, True), (800, True)])
def test_that_orders_go_out_of_reach_is_told_within_a_year_of_now(days, is_told):
    told = {each.happening for each in story(days=days).happenings}
    assert (Happening.OUT_OF_REACH in told) is is_told


def test_what_is_ahead_is_only_what_is_still_to_come():
    words = LapseWords("en", BERLIN)
    assert not any("first order is late" in each for each in words.ahead(story(days=5), NOW))
    assert any("first order is late" in each for each in words.ahead(story(days=0.5), NOW))


@pytest.mark.parametrize(
    ("orders", "said"), [(0.001, "< 0,01"), (0.04, "0,04"), (0.36, "0,4"), (12.4, "12")]
)
def test_a_few_orders_a_day_are_not_none(orders, said):
    first = story(orders_per_day=orders).happenings[0]
    assert LapseWords("de", BERLIN).happening(first).endswith(f": {said}.")


def test_a_moment_is_told_in_the_sellers_zone_with_its_name():
    # Half past eleven in the evening in London is the next day in Berlin.
    said = LapseWords("de", BERLIN).moment_with_zone(NOW)
    assert said == "24. November 2026, 00:30 (Mitteleuropäische Normalzeit)"


def test_a_language_that_is_not_spoken_is_english():
    assert LapseWords("ja", BERLIN).ahead(story(days=-4), NOW) == LapseWords("en", BERLIN).ahead(
        story(days=-4), NOW
    )


def test_the_way_back_says_when_all_is_done():
    said = LapseWords("en", BERLIN).way_back(story(days=5, orders_per_day=900))
    assert "about 75 minutes after the renewal" in said
    assert "about 1 minute after" in LapseWords("en", BERLIN).way_back(story(offers=0))
