"""Translations, read from .po files as they are; nothing has to be compiled beforehand."""

import gettext
from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"
"""The language of the message ids: what is shown where there is no translation."""


class Texts(gettext.GNUTranslations):
    """Translations into `language`, "de"."""

    language = SOURCE_LANGUAGE


class SourceTexts(gettext.NullTranslations):
    """The texts as they stand in the code, in English."""

    language = SOURCE_LANGUAGE


class MissingTexts(gettext.NullTranslations):
    """What a translation falls back to for a text that it lacks: English, and seen to be so."""

    def gettext(self, message: str) -> str:
        """The English text, marked."""
        return f"[en: {message}]"

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """The English text for that number, marked."""
        return self.gettext(singular if number == 1 else plural)


@cache
def languages(directory: Path) -> tuple[str, ...]:
    """The languages that a locale directory offers, English among them, in alphabetical order."""
    found = (path.parent.parent.name for path in directory.glob("*/LC_MESSAGES/*.po"))
    return tuple(sorted({SOURCE_LANGUAGE, *found}))


def primary(tag: str) -> str:
    """The language of a tag without its country: "de" of "de-AT" and of "de_AT"."""
    return tag.replace("_", "-").split("-")[0].strip().lower()


def locale_of(language: str) -> Locale:
    """How days, numbers and countries are written in one of our languages."""
    # Of the Englishes the one that writes days before months, as the other languages do.
    return Locale.parse("en_GB" if language == SOURCE_LANGUAGE else language)


def first_spoken(accepted: str, directory: Path) -> str:
    """The first language of an Accept-Language header that `directory` offers; "" for none."""
    asked = (primary(part.split(";")[0]) for part in accepted[:200].split(","))
    return next((code for code in asked if code in languages(directory)), "")


def catalogue(directory: Path, language: str) -> Catalog:
    """Every text of `directory` in one language: a file for each part of the desk, put together."""
    whole = Catalog(locale=language)
    for path in sorted((directory / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            part = read_po(file, locale=language)
        for message in part:
            if message.id:
                whole[message.id] = message
    return whole


def retold(text: str, templates: Iterable[str], tell: Callable[[str], str]) -> str:
    """Translates a stored text that was once made of one of `templates`, such as "line {n}".

    tell: translates a template
    A value in its braces is translated too if it was made of a template. Values within values are
    not: no template needs that, and a stored text may nest them to any depth. A text that was made
    of no template stays as it is.
    """
    templates = tuple(templates)

    def told(said: str, within: Callable[[str], str]) -> str:
        for template in templates:
            values = _values(template, said)
            if values is not None:
                return tell(template).format(**{n: within(value) for n, value in values.items()})
        return said

    return told(text, lambda value: told(value, str))


def _values(template: str, text: str) -> dict[str, str] | None:
    """What stands in a text for the braces of the template that it was made of, each value as short
    as possible; None where it was made otherwise. Goes through the text once."""
    said, names = _parts(template)
    if not names:
        return {} if text == said[0] else None
    first, *between, last = said
    if not (text.startswith(first) and text.endswith(last)):
        return None
    values, at, end = [], len(first), len(text) - len(last)
    for each in between:
        found = text.find(each, at + 1, end)
        if found < 0:
            return None
        values.append(text[at:found])
        at = found + len(each)
    if at >= end:
        return None
    return dict(zip(names, [*values, text[at:end]], strict=True))


@cache
def _parts(template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a template says before, between and after its braces, and the names in them."""
    said, names = [""], []
    for words, name, *_ in Formatter().parse(template):
        said[-1] += words
        if name is not None:
            names.append(name)
            said.append("")
    return tuple(said), tuple(names)


@cache
def translations(directory: Path, language: str) -> gettext.NullTranslations:
    """The texts of `directory` in the language asked for ("de", "de-AT", "pt_BR").

    Where there are none they are in English; `.language` of what is returned says which language
    they really are, so that a page can tell its reader.
    """
    spoken = primary(language)
    if spoken == SOURCE_LANGUAGE or spoken not in languages(directory):
        return SourceTexts()
    compiled = BytesIO()
    write_mo(compiled, catalogue(directory, spoken))
    compiled.seek(0)
    texts = Texts(compiled)
    texts.language = spoken
    texts.add_fallback(MissingTexts())
    return texts
