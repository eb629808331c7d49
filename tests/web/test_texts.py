"""The seller's pages speak six languages completely."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from data_access.texts import languages, translations
from rules.renewal_steps import Outcome
from web.notices import NOTICES, OUTCOMES
from web.speaking import LOCALE

WEB = Path(__file__).parent.parent.parent / "web"
OTHERS = ("de", "es", "fr", "it", "pl")


def messages() -> set[str | tuple[str, str]]:
    """Every text of the seller's pages."""
    found = extract_from_dir(
        WEB,
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"_": None, "N_": None, "n_": (1, 2)},
    )
    return {tuple(m) if isinstance(m, tuple | list) else m for _, _, m, _, _ in found}


def names(text: str) -> list[str]:
    """What a text leaves room for."""
    return sorted(re.findall(r"%\((\w+)\)s", text))


def test_there_are_texts_to_translate():
    assert len(messages()) > 90


def test_the_six_languages_are_offered():
    assert languages(LOCALE) == ("de", "en", "es", "fr", "it", "pl")


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_room_for_the_same_things(language):
    texts = translations(LOCALE, language)
    missing = []
    for message in messages():
        if isinstance(message, tuple):
            for number in (1, 2, 5, 22):
                translated = texts.ngettext(*message, number)
                if translated in message or (number > 1 and names(translated) != names(message[1])):
                    missing.append(message)
        elif message != "OK" and message != "Region":
            translated = texts.gettext(message)
            if translated == message or names(translated) != names(message):
                missing.append(message)
    assert [m for m in missing if m not in ("Shop",)] == []


@pytest.mark.parametrize(
    ("asked", "spoken"), [("de-AT", "de"), ("PL", "pl"), ("pt_BR", "en"), ("", "en"), ("..", "en")]
)
def test_what_is_spoken_can_be_told_from_what_was_asked(asked, spoken):
    assert translations(LOCALE, asked).language == spoken


def test_every_outcome_and_notice_has_its_words():
    assert set(OUTCOMES) == {each.value for each in Outcome}
    assert all(w.title and w.says and w.way_on for w in [*OUTCOMES.values(), *NOTICES.values()])
