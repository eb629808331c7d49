"""What is done to the desk as a whole from its command line: keys and backups, in the audit trail.

The trail names no key and no path, but how many keys there are and what a file is called.
"""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from data_access import keys
from data_access.audit import acting
from data_access.backup import Restored
from data_access.backup_copy import Copy
from data_access.database import one_at_a_time
from rules.acts import Act, Actor

LOCK = 7_239_441_103
"""PostgreSQL's advisory lock of `make_newest_key`."""

NAMED = 20
"""How many accounts are named whose tokens no key opens."""


def make_newest_key(actor: Actor, at: datetime, of: Engine | None = None) -> Path:
    """Puts a new key in front of the key file, for desks whose settings hold no key.

    Raises NotAllowed, and DatabaseAway; after that there may be a key that the trail does not know.
    """
    with acting(actor, Act.CHANGE_KEYS, at, of) as deed:
        # Of two who put a key in front of the same ones, one would write over the other's.
        one_at_a_time(deed.connection, LOCK)
        before = len(keys.encryption_keys())
        file = keys.add_key_to_file()
        deed.note(keys=file.name, before=before, after=before + 1)
    return file


def rotate_keys(actor: Actor, at: datetime, of: Engine | None = None) -> int:
    """Encrypts every stored secret with the newest key, batch by batch; returns how many.

    Afterwards the older keys may be taken out of the settings.
    Raises NotAllowed; DatabaseAway, after which the same keys are still needed and it may be done
    again; KeyLost in the end, where none of our keys opens a secret, which stays as it is.
    """
    rotated, lost = 0, set()
    for table in keys.SECRETS:
        last: int | None = 0
        while last is not None:
            with acting(actor, Act.CHANGE_KEYS, at, of) as deed:
                batch = keys.rotate(deed.connection, table, last)
                if batch.secrets:
                    deed.note(encrypted_anew=batch.secrets)
            rotated += batch.secrets
            lost |= batch.lost
            last = batch.last
    if lost:
        named = ", ".join(map(str, sorted(lost)[:NAMED])) + (" ..." if len(lost) > NAMED else "")
        raise keys.KeyLost(
            f"{rotated} stored secrets are encrypted with the newest key. What is stored of "
            f"{len(lost)} accounts ({named}) does not open with any of DESK_ENCRYPTION_KEYS, and "
            "stays as it is: add the key that it was encrypted with and run this again, or have "
            "these sellers renew."
        )
    return rotated


def note_backup(actor: Actor, copy: Copy, at: datetime, of: Engine | None = None) -> None:
    """Notes that there is a copy of everything, outside the desk. Raises NotAllowed,
    DatabaseAway."""
    with acting(actor, Act.BACK_UP, at, of) as deed:
        deed.note(file=copy.file.name, rows=copy.rows, with_keys=copy.with_keys)


def note_restored(
    actor: Actor, source: Path, restored: Restored, at: datetime, of: Engine | None = None
) -> None:
    """Notes, in the database in force now, which copy it is and where the replaced one lies.

    Only the trail of the replaced one holds what was done since the copy was made.
    Raises NotAllowed, DatabaseAway.
    """
    with acting(actor, Act.RESTORE, at, of) as deed:
        before = restored.replaced.name if restored.replaced else None
        deed.note(before=before, after=source.name, rows=restored.copy.rows)
