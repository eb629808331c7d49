"""What a module says, and how the files of the languages translate it."""

from pathlib import Path

from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po


def texts_of(file: str) -> set[str]:
    """What a module says in English."""
    keywords = {"say": None, "_say": None, "tell": None, "_tell": None}
    return {found[1] for found in extract_from_file("python", file, keywords)}


def catalogue_of(locale: Path, language: str) -> dict[str, str]:
    """A language's texts as they stand in its file."""
    with (locale / language / "LC_MESSAGES" / "desk.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id}
