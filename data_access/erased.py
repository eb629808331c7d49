"""Who was erased on request: known by a keyed digest, so that nobody can read them from it.

The key is one of its own (DESK_ERASURE_KEY): the one that signs links may be changed at any time,
and everybody who was erased would come back with the next reading of their source.
"""

import hashlib
import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, select

from data_access.keys import erasure_key
from data_access.schema import erased_seller

REASON = "erased on request"
"""Why the accounts of an erased seller are paused."""

_x = erased_seller.c


def digest(source: str, customer_number: str) -> str:
    """By what a seller of a source is known again: HMAC-SHA256, in hexadecimal."""
    return keyed_digest(f"{source}\x00{customer_number}")


def keyed_digest(text: str) -> str:
    """By what a text is known again that may name somebody and must not stand there: HMAC-SHA256,
    in hexadecimal."""
    return hmac.new(erasure_key().encode(), text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class ErasedSellers:
    """Those of a source who were erased, by their digests."""

    source: str
    digests: frozenset[str]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.digests)

    def __contains__(self, customer_number: str) -> bool:
        """Whether the seller with that number is one of them."""
        if not self.digests or not customer_number:
            return False
        return digest(self.source, customer_number) in self.digests


def erased_of(connection: Connection, source: str) -> ErasedSellers:
    """The sellers of `source` who were erased until now."""
    found = connection.scalars(select(_x.digest).where(_x.source == source))
    return ErasedSellers(source, frozenset(found))
