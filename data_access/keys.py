"""The desk's own keys: one that signs links, some that encrypt what Amazon entrusts to us.

They come from the settings. Where those name none, a key is made once and kept in a file beside
the embedded database that only its owner can read.
"""

import os
import secrets
import tempfile
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, select, update

from data_access import settings as _settings
from data_access.schema import credential, renewal

LINK_KEY_FILE = "link.key"
ERASURE_KEY_FILE = "erasure.key"
ENCRYPTION_KEYS_FILE = "encryption.keys"
COOKIE_KEY_FILE = "cookie.key"


class KeyLost(Exception):
    """A stored secret was encrypted with a key that is no longer among ours; it cannot be read."""


@cache
def link_key() -> str:
    """The key that signs renew links: DESK_LINK_KEY, or one made at the first start."""
    given = _settings.settings().link_key
    if given is not None:
        return given.get_secret_value()
    return _kept_key(LINK_KEY_FILE, lambda: secrets.token_urlsafe(48)).strip()


@cache
def cookie_secret() -> str:
    """The key of sign-ins under way: DESK_COOKIE_SECRET, or one made at the first start."""
    given = _settings.settings().cookie_secret
    if given is not None:
        return given.get_secret_value()
    return _kept_key(COOKIE_KEY_FILE, lambda: secrets.token_urlsafe(48)).strip()


@cache
def erasure_key() -> str:
    """The key that knows erased sellers again: DESK_ERASURE_KEY, or one made when it is needed."""
    given = _settings.settings().erasure_key
    if given is not None:
        return given.get_secret_value()
    return _kept_key(ERASURE_KEY_FILE, lambda: secrets.token_urlsafe(48)).strip()


def cipher() -> MultiFernet:
    """What encrypts with the newest key and decrypts with any of them; with those of the key file
    as it is now, which `keys new` may have changed under a running desk."""
    return _cipher(_last_change_of_file())


@lru_cache(1)
def _cipher(_changed_at: int) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in encryption_keys()])


def _last_change_of_file() -> int:
    try:
        return (_settings.HOME / ENCRYPTION_KEYS_FILE).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def encryption_keys() -> list[str]:
    """Our Fernet keys, newest first: DESK_ENCRYPTION_KEYS, or those of the key file."""
    given = _settings.settings().encryption_keys
    if given:
        return [key.get_secret_value() for key in given]
    return _kept_key(ENCRYPTION_KEYS_FILE, new_key).split()


def encrypt(secret: str) -> bytes:
    """`secret` as it may stand in the database."""
    return cipher().encrypt(secret.encode())


def decrypt(stored: bytes) -> str:
    """The secret back. Raises KeyLost if none of our keys opens it."""
    try:
        return cipher().decrypt(stored).decode()
    except InvalidToken:
        raise KeyLost("A stored token does not open with any of DESK_ENCRYPTION_KEYS.") from None


def new_key() -> str:
    """A fresh Fernet key, for the front of DESK_ENCRYPTION_KEYS."""
    return Fernet.generate_key().decode()


def add_key_to_file() -> Path:
    """Puts a new key in front of the key file, which counts where the settings hold no keys."""
    path = _settings.HOME / ENCRYPTION_KEYS_FILE
    keys = [new_key(), *encryption_keys()]
    _write_beside(path, "\n".join(keys) + "\n").replace(path)
    return path


def rotate(connection: Connection) -> int:
    """Encrypts everything stored anew with the newest key; returns how many secrets that were.

    Afterwards the older keys may be taken out of the settings. Raises KeyLost, changing nothing.
    """
    secret_columns = {
        credential: ("refresh_token", "previous_refresh_token"),
        renewal: ("code", "refresh_token"),
    }
    rotated = 0
    for table, names in secret_columns.items():
        key = next(iter(table.primary_key.columns))
        for name in names:
            column = table.c[name]
            stored = connection.execute(select(key, column).where(column.is_not(None))).all()
            for identity, secret in stored:
                # Only what is still there: a renewal may have put a newer token in its place.
                changed = connection.execute(
                    update(table)
                    .where(key == identity, column == secret)
                    .values({name: _again(secret)})
                )
                rotated += changed.rowcount
    return rotated


def _again(stored: bytes) -> bytes:
    try:
        return cipher().rotate(stored)
    except InvalidToken:
        raise KeyLost("A stored token does not open with any of DESK_ENCRYPTION_KEYS.") from None


def _kept_key(name: str, make: Callable[[], str]) -> str:
    path = _settings.HOME / name
    if not path.exists():
        made = _write_beside(path, make() + "\n")
        try:
            # Unlike a rename, a link fails if another process was faster: one key, never two.
            os.link(made, path)
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text("utf-8")


def _write_beside(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file readable for its owner only, from the first moment on.
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
