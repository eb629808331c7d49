"""Database and keys in one archive: what is needed to go on elsewhere."""

import io
import os
import shutil
import tarfile
from datetime import datetime
from pathlib import Path

from data_access import keys
from data_access import settings as _settings

DATABASE = "desk.sqlite"
KEY_FILES = (keys.LINK_KEY_FILE, keys.ENCRYPTION_KEYS_FILE, keys.ERASURE_KEY_FILE)
MAX_KEY_FILE = 100_000


def write(archive: Path, database: Path) -> None:
    """Writes a database and our keys; `archive` exists already and is its owner's only."""
    of_the_desk = (keys.link_key(), "\n".join(keys.encryption_keys()), keys.erasure_key())
    with tarfile.open(archive, "w") as tar:
        tar.add(database, DATABASE, filter=_for_its_owner)
        for name, text in zip(KEY_FILES, of_the_desk, strict=True):
            content = f"{text}\n".encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(_for_its_owner(member), io.BytesIO(content))


def read(source: Path, database: Path) -> dict[str, str] | None:
    """Takes the database of an archive out into a file, and gives the keys by their file's name;
    None where `source` is no archive. Members of other names are left where they are."""
    if not tarfile.is_tarfile(source):
        return None
    found: dict[str, str] = {}
    with tarfile.open(source) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            if member.name == DATABASE:
                with database.open("wb") as file:
                    shutil.copyfileobj(content, file)
            elif member.name in KEY_FILES:
                found[member.name] = content.read(MAX_KEY_FILE).decode()
    return found


def put_keys_back(found: dict[str, str], now: datetime) -> None:
    """Makes the keys of an archive those of the key files; others of before are kept beside.
    Where the settings name keys, those stay in force."""
    for name, text in found.items():
        path = _settings.HOME / name
        if path.exists() and path.read_text("utf-8").split() != text.split():
            path.replace(path.with_name(f"{name}.before-{now:%Y%m%d-%H%M%S}"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    keys.link_key.cache_clear()
    keys.erasure_key.cache_clear()


def _for_its_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mode, member.uid, member.gid, member.uname, member.gname = 0o600, 0, 0, "", ""
    return member
