"""Every text of the screens exists in every language of the screens."""

from itertools import chain
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract_from_dir

from data_access import texts
from data_access.doctor import ADVICE, FINDINGS
from data_access.sources.problems import NOT_SHOWN, REASONS
from data_access.sources.proposals import LINE, PROPOSALS, VALUES
from data_access.texts import languages, translations
from pages.parts import formats
from pages.parts.viewer import LOCALE, Viewer
from rules.account_filter import PLANS
from rules.acts import Role
from rules.authorization import Status
from tests.forgetting import forget
from tests.pages.conftest import open_page

ROOT = LOCALE.parent.parent
KEYWORDS = {"_": None, "text": None, "plural": (1, 2)}


def texts_in_code() -> set[str]:
    """What the screens, and the filter's sentence, hand to gettext."""
    found = set()
    for room in ("pages", "rules"):
        for _, _, message, _, _ in extract_from_dir(
            str(ROOT / room), method_map=[("**.py", "python")], keywords=KEYWORDS
        ):
            found.add(message[0] if isinstance(message, tuple) else message)
    named = {s.value.replace("_", " ") for s in Status} | set(PLANS)
    of_the_doctor = {*FINDINGS.values(), *ADVICE.values(), *REASONS.values()}
    of_readings = {*PROPOSALS.values(), LINE, NOT_SHOWN, *chain(*VALUES.values())}
    return found | named | of_the_doctor | of_readings


def catalogue(language: str) -> dict[str, str | tuple[str, ...]]:
    """A language's texts as they stand in its files."""
    return {
        message.id[0] if isinstance(message.id, tuple) else message.id: message.string
        for message in texts.catalogue(LOCALE, language)
        if message.id
    }


@pytest.mark.parametrize("language", [code for code in languages(LOCALE) if code != "en"])
def test_no_text_is_missing_and_none_is_left_over(language):
    known = catalogue(language)
    assert {text for text in texts_in_code() if not known.get(text)} == set()
    assert set(known) - texts_in_code() == set()


@pytest.mark.parametrize("language", [code for code in languages(LOCALE) if code != "en"])
def test_placeholders_are_the_same_in_every_language(language):
    for text, translated in catalogue(language).items():
        for one in translated if isinstance(translated, tuple) else (translated,):
            fields = {part.split("}")[0] for part in text.split("{")[1:]}
            assert {part.split("}")[0] for part in one.split("{")[1:]} == fields, text


def test_a_missing_text_is_seen():
    assert translations(LOCALE, "de").gettext("Nobody wrote this") == "[en: Nobody wrote this]"


def test_a_language_without_texts_is_english():
    assert translations(LOCALE, "xx").gettext("Accounts") == "Accounts"


OTHER_WORDS = {
    "de": {
        "verläng": "erneuern",
        "autoris": "Freigabe",
        "gesperrt": "blockiert",
        "drei abläufe": "drei Aufgaben",
        "überblick": "Morgenbericht",
        "läuft in {days} tagen ab": "läuft binnen {days} Tagen ab",
    }
}
"""Of a language, what its texts do not say, and the one word that they have for it."""


@pytest.mark.parametrize("language", OTHER_WORDS)
def test_one_thing_has_one_word(language):
    said = [
        one
        for text in catalogue(language).values()
        for one in (text if isinstance(text, tuple) else (text,))
    ]
    for other in OTHER_WORDS[language]:
        assert [text for text in said if other in text.casefold()] == []


@pytest.mark.parametrize(
    ("locale", "typed"),
    [
        ("de", "DD.MM.YYYY"),
        ("de_AT", "DD.MM.YYYY"),
        ("en", "YYYY-MM-DD"),
        ("en_US", "YYYY-MM-DD"),
        ("en_GB", "YYYY-MM-DD"),
    ],
)
def test_days_are_typed_as_they_are_written(locale, typed):
    assert formats.typed_day(Viewer("", Role.VIEWER, locale[:2], locale, ZoneInfo("UTC"))) == typed


@pytest.mark.parametrize(
    ("locale", "share", "said"),
    [
        ("de", 0.25, "25\xa0%"),
        ("de", 0.93333, "93\xa0%"),
        ("en", 0.597, "60%"),
        ("en", -0.026, "-3%"),
        ("en", 0, "0%"),
        ("en", 0.004, "0.4%"),
        ("en", 0.0001, "0.1%"),
        ("de", 0.996, "99,6\xa0%"),
        ("en", 0.99999, "99.9%"),
        ("en", -0.0001, "-0.1%"),
        ("en", 1, "100%"),
    ],
)
def test_a_share_is_written_as_in_the_charts(locale, share, said):
    somebody = Viewer("", Role.VIEWER, locale, locale, ZoneInfo("UTC"))
    assert formats.percent(somebody, share) == said


def test_a_share_to_reckon_with_is_written_as_it_is():
    somebody = Viewer("", Role.VIEWER, "de", "de", ZoneInfo("UTC"))
    said = [formats.exact_percent(somebody, share) for share in (0.125, 0.985, 0.25)]
    assert said == ["12,5\xa0%", "98,5\xa0%", "25\xa0%"]


@pytest.mark.parametrize(
    ("value", "counted", "paid"),
    [
        (0, "0", "0 €"),
        (0.04, "< 1", "< 1 €"),
        # A sum of tenths.
        (1 - 1e-12, "1", "1 €"),
        (1, "1", "1 €"),
        (2718.2, "2.718", "2.718 €"),
    ],
)
def test_a_little_is_not_nothing(at_desk, value, counted, paid):
    somebody = Viewer("", Role.VIEWER, "de", "de", ZoneInfo("UTC"))
    assert formats.estimate(somebody, value) == counted
    assert formats.money(somebody, value).replace("\xa0", " ") == paid


@pytest.mark.parametrize("name", ["audit", "sync_effect"])
def test_no_day_is_typed_in_another_way(demo_desk, at_desk, name):
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    page = open_page(name, scenario="selected_on_day")
    days = [each.proto.format for each in page.date_input]
    days += [each.proto.format for each in page.slider if each.key == "effect_until"]
    assert set(days) <= {"DD.MM.YYYY"}
