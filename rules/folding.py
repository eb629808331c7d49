"""Text as people type it when they look for something: no case, no accents."""

import unicodedata
from collections.abc import Sequence

_BETWEEN = "\x00"
_FEW = 100


class _Plain(dict[int, int | str | None]):
    """What is left of a character, found out once for each: nothing of an accent that stands
    alone, an l of the Polish ł, which decomposition leaves alone."""

    def __missing__(self, code: int) -> int | None:
        left = self[code] = None if unicodedata.combining(chr(code)) else code
        return left


_PLAIN = _Plain({ord("ł"): "l"})


def folded(text: str) -> str:
    """`text` without case and accents, so that "muller" finds "Müller"; used on both sides."""
    if text.isascii():
        return text.casefold()
    # Once more afterwards, as "℡" comes apart into capitals.
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return decomposed.translate(_PLAIN)


def all_folded(texts: Sequence[str]) -> list[str]:
    """`folded` of each of many texts, a letter at a time where they have few with accents."""
    together = _BETWEEN.join(texts)
    accented = [] if together.isascii() else [c for c in set(together) if not c.isascii()]
    if len(accented) > _FEW or together.count(_BETWEEN) >= len(texts):
        return list(map(folded, texts))
    for letter in accented:
        together = together.replace(letter, folded(letter))
    return together.casefold().split(_BETWEEN)
