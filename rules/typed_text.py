"""What is typed, sent or quoted, as any database can keep it."""

NUL = "\x00"


def keepable(text: str) -> str:
    """A text without the one character that PostgreSQL takes in none."""
    return text.replace(NUL, "")


def in_one_line(text: str) -> str:
    """The same in one line, with single spaces."""
    return " ".join(keepable(text).split())
