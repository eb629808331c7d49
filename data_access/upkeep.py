"""What is done to the desk as a whole from its command line: keys and backups, in the audit trail.

A key or a path does not belong into the trail; how many keys there are and what a file is called
does.
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
"""So many accounts are named whose tokens no key opens."""


def make_newest_key(actor: Actor, at: datetime, of: Engine | None = None) -> Path:
    """Puts a new key in front of the key file, which is for desks whose settings hold none.
    Raises NotAllowed; DatabaseAway, after which there may be one that the trail does not know."""
    with acting(actor, Act.CHANGE_KEYS, at, of) as deed:
        # Of two who put a key in front of the same ones, one would write over the other's.
        one_at_a_time(deed.connection, LOCK)
        before = len(keys.encryption_keys())
        file = keys.add_key_to_file()
        deed.note(keys=file.name, before=before, after=before + 1)
    return file


def rotate_keys(actor: Actor, at: datetime, of: Engine | None = None) -> int:
    """Encrypts everything stored anew with the newest key, batch by batch; how many secrets that
    were. Afterwards the older keys may be taken out of the settings.

    Raises NotAllowed; DatabaseAway, after which all stored before is open to the same keys as
    before, and it may be done again; KeyLost in the end, where there is what none of our keys
    opens: that stays as it is.
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
    """Notes, in the database that is in force now, where it comes from and where that of before
    lies: what was done since the copy stands in the trail of that one alone. Raises NotAllowed,
    DatabaseAway."""
    with acting(actor, Act.RESTORE, at, of) as deed:
        before = restored.replaced.name if restored.replaced else None
        deed.note(before=before, after=source.name, rows=restored.copy.rows)
