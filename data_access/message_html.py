"""A message's plain text as HTML: the same words, dressed by the template layout.html.

Text and HTML cannot differ, and an agent who changes the text changes both. Lines that begin with
"- " or "1. " are lists, an address on a line of its own is a button under the words of the line
before it, and what follows the line "-- " is the foot.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from data_access.message_templates import layout

ADDRESS = re.compile(r"https?://\S+")
_ITEM = re.compile(r"(?:- |\d{1,2}\. )(.*)")
MAX_LABEL = 60


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a text. kind: text, bullets, steps or address; an address has a label."""

    kind: str
    lines: tuple[str, ...]
    label: str = ""


def as_html(subject: str, text: str, language: str) -> str:
    """A whole HTML document; everything in it is escaped."""
    body, _, foot = text.partition("\n-- \n")
    return layout(
        subject=subject, language=language, blocks=list(blocks(body)), foot=list(blocks(foot))
    )


def blocks(text: str) -> Iterator[Block]:
    """The pieces of a text, in their order."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        kind, lines = "text", []
        for line in paragraph.splitlines():
            if ADDRESS.fullmatch(line):
                label = lines.pop() if kind == "text" and lines and _is_label(lines[-1]) else ""
                if lines:
                    yield Block(kind, tuple(lines))
                yield Block("address", (line,), label.rstrip(" :\u00a0\u202f"))
                kind, lines = "text", []
                continue
            item = _ITEM.fullmatch(line)
            found = "text" if item is None else "bullets" if line.startswith("-") else "steps"
            if found != kind and lines:
                yield Block(kind, tuple(lines))
                lines = []
            kind = found
            lines.append(item[1] if item else line)
        if lines:
            yield Block(kind, tuple(lines))


def _is_label(line: str) -> bool:
    return line.endswith(":") and len(line) <= MAX_LABEL
