"""Whether people have named or filtered something by what a seller is known by.

A text that holds the whole of it is about that seller, whatever its spaces, accents and capitals;
where it has no room for the whole, as much as has room. A part of a name is that of others too.
"""

from collections.abc import Sequence
from urllib.parse import parse_qs

from data_access.named_views import MAX_NAME
from rules.account_filter import MAX_TEXT, from_query
from rules.folding import folded
from rules.typed_text import in_one_line


def is_in_filter(query: str, strings: Sequence[str]) -> bool:
    """Whether one of the strings is what a filter, as the query of a URL, looks for."""
    return _holds(from_query(parse_qs(query))[0].text, strings, MAX_TEXT)


def is_in_name(name: str, strings: Sequence[str]) -> bool:
    """Whether one of the strings is in the name of a view."""
    return _holds(name, strings, MAX_NAME)


def _holds(said: str, strings: Sequence[str], room: int) -> bool:
    said = folded(in_one_line(said))
    whole = (in_one_line(each)[:room].strip() for each in strings)
    return any(word and word in said for word in map(folded, whole))
