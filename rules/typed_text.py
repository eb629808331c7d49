"""What is typed, sent or quoted, as any database can keep it."""

import re

_HALF = re.compile(r"[\ud800-\udfff]")


def is_keepable(text: str) -> bool:
    """Whether a text is without the one character that PostgreSQL takes in none, and without halves
    of characters, which stand in no encoding: a server that cuts a text short may leave one, and
    bytes that a terminal's encoding does not know become some."""
    return "\x00" not in text and (text.isascii() or _HALF.search(text) is None)


def keepable(text: str) -> str:
    """A text without that character; in the place of a half stands the sign that something could
    not be read, so that a number with one is nobody else's."""
    return text if is_keepable(text) else _HALF.sub("\ufffd", text.replace("\x00", ""))


def in_one_line(text: str) -> str:
    """The same in one line, with single spaces."""
    return " ".join(keepable(text).split())
