"""Measurements of known accounts: they change at every reading, too often to be events."""

from sqlalchemy import ColumnElement, Connection, and_, exists, insert, or_, select, update

from data_access import schema
from data_access.clock import AHEAD
from data_access.records import PROFILE_FIELDS
from data_access.sources.run_facts import Run
from data_access.sources.staging import IS_KNOWN, staged
from data_access.unindexed import unindexed

_a = schema.authorization.c
_VALUE = {"orders_per_day", "average_order_value", "seller_fulfilled_share"}


def refresh_facts(connection: Connection, run: Run) -> None:
    """Takes over last sync, last proof that the grant works, and the sync profile.

    What the source does not say stays as it is known; only a refusal that a clock far ahead has
    dated counts from now on, and not from that day on.
    """
    connection.execute(
        update(schema.authorization)
        # Along the refused ones: the source may have brought all the others.
        .where(unindexed(_a.source) == run.source, _a.refused_at > run.now + AHEAD)
        .values(refused_at=run.now)
    )
    proven_later = or_(_a.confirmed_at.is_(None), _a.confirmed_at < staged.c.confirmed_at)
    _take(
        connection,
        "last_sync_at",
        and_(
            staged.c.last_sync_at.is_not(None),
            _a.last_sync_at.is_distinct_from(staged.c.last_sync_at),
        ),
    )
    _take(connection, "confirmed_at", and_(staged.c.confirmed_at >= _a.granted_at, proven_later))
    if _VALUE & run.mapped:
        _take(connection, "daily_value", _a.daily_value != staged.c.daily_value)
    names = [name for name in PROFILE_FIELDS if name in run.mapped]
    if names:
        _refresh_profiles(connection, names)


def _take(connection: Connection, name: str, when: ColumnElement[bool]) -> None:
    connection.execute(
        update(schema.authorization)
        .where(IS_KNOWN, staged.c.known_id == _a.id, when)
        .values({name: staged.c[name]})
    )


def _refresh_profiles(connection: Connection, names: list[str]) -> None:
    profile = schema.sync_profile
    missing = ~exists().where(profile.c.authorization_id == staged.c.known_id)
    connection.execute(
        insert(profile).from_select(
            ["authorization_id"],
            select(staged.c.known_id).where(IS_KNOWN, missing),
        )
    )
    differs = or_(*(profile.c[name].is_distinct_from(staged.c[name]) for name in names))
    connection.execute(
        update(profile)
        .where(IS_KNOWN, profile.c.authorization_id == staged.c.known_id, differs)
        .values({name: staged.c[name] for name in names})
    )
