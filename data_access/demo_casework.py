"""Casework of an invented team, so that the working day can be tried: who holds what, what was
said, what was promised, what rests. The same seed and moment always make the same."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Engine, Row, select, update

from data_access.bulk import insert_rows
from data_access.database import writing
from data_access.schema import authorization, note, promise, snooze
from rules.casework import round_of, snooze_end
from rules.days import day_start

TEAM = ("Aylin", "Jonas", "Maria")
SAID = (
    "Rang an, niemand da. Morgen wieder.",
    "Weiß Bescheid, erneuert nach der Inventur.",
    "Primary user is on holiday until Monday.",
    "Asked for the link by e-mail; sent.",
    "Der Inhaber hat die Zugangsdaten, meldet sich.",
)
WAITS = ("On holiday", "Wartet auf den Steuerberater", "Moving to a new shop system", "Inventur")
URGENT = timedelta(days=30)
"""The team works on what expires within this time, or has expired."""

BATCH = 5_000
_a = authorization.c


def fill(seed: int, now: datetime, of: Engine | None = None) -> None:
    """Adds the casework to the demo accounts, as seen from `now` (aware)."""
    random = Random(f"casework {seed}")
    held: dict[str, list[int]] = {name: [] for name in TEAM}
    notes, promises, snoozes = [], [], []
    with writing(of) as connection:
        urgent = connection.execute(
            select(_a.id, _a.granted_at, _a.expires_at)
            .where(_a.expires_at < now + URGENT, _a.granted_at <= now, ~_a.paused)
            .order_by(_a.id)
        ).all()
        for row in urgent:
            if random.random() < 0.45:
                held[random.choice(TEAM)].append(row.id)
            drawn = random.random()
            if drawn < 0.20:
                notes.append(_note(random, row, now))
            if drawn < 0.10:
                promises.append(_promise(random, row, now))
            elif 0.20 <= drawn < 0.28:
                snoozes.append(_snooze(random, row, now))
        for name, accounts in held.items():
            for start in range(0, len(accounts), BATCH):
                some = accounts[start : start + BATCH]
                connection.execute(update(authorization).where(_a.id.in_(some)).values(owner=name))
        insert_rows(connection, note, notes)
        insert_rows(connection, promise, promises)
        insert_rows(connection, snooze, snoozes)


def _made_at(random: Random, row: Row, now: datetime) -> datetime:
    """Some moment of the last week, in the round of the account."""
    ago = timedelta(days=random.randint(1, 6), hours=random.randint(0, 6))
    return max(now - ago, row.granted_at)


def _note(random: Random, row: Row, now: datetime) -> dict:
    return {
        "authorization_id": row.id,
        "at": _made_at(random, row, now),
        "agent": random.choice(TEAM),
        "text": random.choice(SAID),
    }


def _promise(random: Random, row: Row, now: datetime) -> dict:
    return {
        "authorization_id": row.id,
        "round": round_of(row.granted_at),
        "due_on": now.date() + timedelta(days=random.choice((-2, -1, 0, 0, 1, 2, 4))),
        "agent": random.choice(TEAM),
        "made_at": _made_at(random, row, now),
    }


def _snooze(random: Random, row: Row, now: datetime) -> dict:
    made_at = _made_at(random, row, now)
    back_on = now.date() + timedelta(days=random.choice((0, 1, 2, 5, 9)))
    return {
        "authorization_id": row.id,
        "round": round_of(row.granted_at),
        "until": snooze_end(day_start(back_on, now.tzinfo), row.expires_at, made_at),
        "reason": random.choice(WAITS),
        "agent": random.choice(TEAM),
        "made_at": made_at,
    }
