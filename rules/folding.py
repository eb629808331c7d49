"""Text as people type it when they look for something: no case, no accents."""

import unicodedata


def folded(text: str) -> str:
    """`text` without case and accents, so that "muller" finds "Müller"; used on both sides."""
    if text.isascii():
        return text.casefold()
    # Once more afterwards, as "℡" comes apart into capitals.
    decomposed = unicodedata.normalize("NFKD", text.casefold()).casefold()
    # The Polish ł is a letter of its own, which decomposition leaves alone.
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("ł", "l")
