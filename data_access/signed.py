"""Values that leave the desk in an address or a cookie and are known again when they come back."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer

from data_access.keys import link_key


class Tampered(Exception):
    """The text is none of ours, is one of another kind, or was cut."""


class TooOld(Tampered):
    """The text is ours, and its time is over."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One kind of such values. None of one kind opens anything of another.

    name      of the kind; another one makes all texts that are out there worthless
    longest   in characters: what is longer is not looked at
    lifetime  in seconds; None: for as long as the key is the same
    key       what signs it
    """

    name: str
    longest: int = 16_000
    lifetime: int | None = None
    key: Callable[[], str] = link_key

    def write(self, value: object) -> str:
        """The text for a value that JSON can hold."""
        return signer(self).dumps(value)

    def read(self, text: str) -> Any:
        """The value of a text. Raises Tampered, TooOld."""
        return self._loads(text, {} if self.lifetime is None else {"max_age": self.lifetime})

    def is_ours(self, text: str) -> bool:
        """Whether we signed it, however long ago."""
        try:
            self._loads(text, {})
        except Tampered:
            return False
        return True

    def _loads(self, text: str, limits: dict[str, int]) -> Any:
        if len(text) > self.longest:
            raise Tampered("It is too long.")
        try:
            return signer(self).loads(text, **limits)
        except SignatureExpired:
            raise TooOld("It is too old.") from None
        except (BadData, ValueError):
            raise Tampered("It is not complete, or not one of ours.") from None


@cache
def signer(kind: Signed) -> URLSafeSerializer:
    """What signs a kind of values; made once."""
    make = URLSafeSerializer if kind.lifetime is None else URLSafeTimedSerializer
    return make(kind.key(), salt=kind.name, signer_kwargs={"digest_method": hashlib.sha256})
