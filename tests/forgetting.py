"""What a process makes once of its settings and keeps, which a test with others must not meet."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data_access import database, keys, links, settings, signed

KEPT = (
    settings.settings,
    # As it is, and not what a test puts in its place.
    database.engine,
    keys.link_key,
    keys.erasure_key,
    keys._cipher,
    signed.signer,
    links._token,
)


def forget() -> None:
    """Lets settings, keys and the database be looked up anew."""
    for kept in KEPT:
        kept.cache_clear()


@contextmanager
def set_up(values: dict[str, str], home: Path) -> Iterator[None]:
    """The desk with these settings and nobody else's, keys in a home of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "HOME", home)
        for name, value in values.items():
            patch.setenv(name, value)
        forget()
        yield
    forget()
