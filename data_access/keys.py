"""The desk's own keys: one that signs links, some that encrypt what Amazon entrusts to us.

They come from the settings. Where those name none, a key is made once and kept in a file beside
the embedded database that only its owner can read.
"""

import os
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, Table, bindparam, or_, select, update

from data_access import settings as _settings
from data_access.schema import credential, renewal

LINK_KEY_FILE = "link.key"
ERASURE_KEY_FILE = "erasure.key"
ENCRYPTION_KEYS_FILE = "encryption.keys"
COOKIE_KEY_FILE = "cookie.key"


SECRETS = {
    renewal: ("code", "refresh_token"),
    credential: ("refresh_token", "previous_refresh_token"),
}
"""The tables and columns that hold what is encrypted. A renewal's token goes on as it is to where
the one in force stands: whoever goes through all of them does it in this order."""

BATCH = 500
"""So many rows are encrypted anew in one go: thousands would keep others from writing too long."""


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


@dataclass(frozen=True, slots=True)
class Rotated:
    """What became of some rows.

    secrets  how many were encrypted anew
    lost     the accounts with one that none of our keys opens; it stays as it is
    last     the last of the rows, None where no more come
    """

    secrets: int
    lost: frozenset[int]
    last: int | None


def rotate(connection: Connection, table: Table, after: int = 0) -> Rotated:
    """Encrypts what BATCH rows of one of SECRETS hold anew with the newest key, those behind the
    row `after`."""
    key = next(iter(table.primary_key.columns))
    account = table.c.authorization_id.label("account")
    columns = [table.c[name] for name in SECRETS[table]]
    # Held until it is written: a renewal may put a newer token in the place of one.
    rows = connection.execute(
        select(key, account, *columns)
        .where(key > after, or_(*(column.is_not(None) for column in columns)))
        .order_by(key)
        .limit(BATCH)
        .with_for_update()
    ).all()
    if not rows:
        return Rotated(0, frozenset(), None)
    names = [f"new_{column.name}" for column in columns]
    anew, count, lost = [], 0, set()
    for of_row, of_account, *before in rows:
        again = [_again(each) for each in before]
        changed = [a is not b for a, b in zip(again, before, strict=True) if b is not None]
        count += sum(changed)
        if not all(changed):
            lost.add(of_account)
        anew.append({"of_row": of_row, **dict(zip(names, again, strict=True))})
    connection.execute(
        update(table)
        .where(key == bindparam("of_row"))
        .values({column.name: bindparam(f"new_{column.name}") for column in columns}),
        anew,
    )
    return Rotated(count, frozenset(lost), rows[-1][0] if len(rows) == BATCH else None)


def _again(stored: bytes | None) -> bytes | None:
    """The same secret encrypted anew; `stored` itself where none of our keys opens it."""
    if stored is None:
        return None
    try:
        return cipher().rotate(stored)
    except InvalidToken:
        return stored


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
