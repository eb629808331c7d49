"""Who was erased on request: known by a keyed digest, so that nobody can read them from it.

The key is one of its own (DESK_ERASURE_KEY): the one that signs links may be changed at any time,
and everybody who was erased would come back with the next reading of their source.
"""

import hashlib
import hmac
from collections.abc import Callable

from sqlalchemy import Connection, select

from data_access.keys import erasure_key
from data_access.schema import erased_seller

REASON = "erased on request"
"""Why the accounts of an erased seller are paused."""

_x = erased_seller.c


def digest(source: str, customer_number: str) -> str:
    """By what a seller of a source is known again: HMAC-SHA256, in hexadecimal."""
    said = f"{source}\x00{customer_number}".encode()
    return hmac.new(erasure_key().encode(), said, hashlib.sha256).hexdigest()


def erased_of(connection: Connection, source: str) -> Callable[[str], bool]:
    """Tells of a customer number of `source` whether its seller was erased."""
    digests = frozenset(connection.scalars(select(_x.digest).where(_x.source == source)))
    if not digests:
        return lambda _number: False
    return lambda number: bool(number) and digest(source, number) in digests
