"""The pages before the screens are in every language of the team."""

import ast
from pathlib import Path

from data_access.settings_checks import LOCALES
from data_access.texts import catalogue, languages
from web import sign_in_words
from web.sign_in_words import FAILURES, LOCALE, SignInWords


def told() -> set[str]:
    """Every text that is handed to `tell`."""
    tree = ast.parse(Path(sign_in_words.__file__).read_text("utf-8"))
    return {
        ast.literal_eval(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "tell"
    }


def test_they_are_spoken_where_the_screens_are():
    assert languages(LOCALE) == languages(LOCALES)


def test_no_text_is_missing_and_none_is_left_over():
    for language in set(languages(LOCALE)) - {"en"}:
        known = {message.id: message.string for message in catalogue(LOCALE, language)}
        known.pop("", None)
        assert set(known) == told()
        assert all(known.values())


def test_every_failure_has_its_sentences():
    for language in languages(LOCALE):
        words = SignInWords(language)
        assert all(all(words.failure(each)) for each in FAILURES)
