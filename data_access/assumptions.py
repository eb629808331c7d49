"""The assumptions in force: the engine's own, changed by the settings, changed by the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Engine, delete, select

from data_access.audit import Deed, acting
from data_access.conflicts import insert_into
from data_access.database import reading
from data_access.history import add_event
from data_access.schema import assumption
from data_access.settings import settings
from rules.acts import Act, Actor
from rules.assumptions import Assumptions, assumptions_of

_t = assumption.c


class From(StrEnum):
    """Who decided a value: nobody (the engine's default), the settings, an agent on the screen, or
    whoever asked this once."""

    DEFAULT = "default"
    SETTINGS = "settings"
    SCREEN = "screen"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value in force comes from; who and since when only for the screen's."""

    of: From
    set_by: str = ""
    set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """What is assumed now, and where each of it comes from, by name."""

    values: Assumptions
    origins: dict[str, Origin]

    def changed(self, values: Mapping[str, float | None]) -> "InForce":
        """The same with other values for this once. ValueError as assumptions_of."""
        chosen = {
            name: getattr(self.values, name)
            for name, origin in self.origins.items()
            if origin.of is not From.DEFAULT
        }
        origins = self.origins | {name: Origin(From.ASKED) for name in values}
        return InForce(assumptions_of(chosen | dict(values)), origins)


def settings_assumptions() -> InForce:
    """What the settings assume, for whoever has no token database."""
    origins = {field.name: Origin(From.DEFAULT) for field in fields(Assumptions)}
    chosen = settings().assumptions
    return InForce(
        assumptions_of(chosen), origins | {name: Origin(From.SETTINGS) for name in chosen}
    )


def assumptions_in_force(of: Engine | None = None) -> InForce:
    """What is assumed now. A stored value that is no longer allowed is passed over.

    Raises DatabaseAway.
    """
    with reading(of) as connection:
        return read_assumptions(connection)


def read_assumptions(connection: Connection) -> InForce:
    """The same within a transaction."""
    chosen = dict(settings().assumptions)
    origins = settings_assumptions().origins
    for row in connection.execute(select(assumption).order_by(_t.name)):
        try:
            assumptions_of({row.name: row.value})
        except ValueError:
            # The workload's, which stand here too, or written when the names or ranges were others.
            continue
        chosen[row.name] = row.value
        origins[row.name] = Origin(From.SCREEN, row.set_by, row.set_at)
    return InForce(assumptions_of(chosen), origins)


def set_assumptions(
    chosen: Mapping[str, float | None], actor: Actor, at: datetime, of: Engine | None = None
) -> None:
    """Assumes these values from now on, for everybody, and writes who did it into the history.

    All of them or none. Raises ValueError for an unknown name or a value outside its range,
    NotAllowed, DatabaseAway.
    """
    assumptions_of(chosen)
    with acting(actor, Act.SET_ASSUMPTION, at, of) as deed:
        connection = deed.connection
        in_force = read_assumptions(connection).values
        for name, value in chosen.items():
            before = getattr(in_force, name)
            if before == value:
                continue
            values = {"value": value, "set_by": actor.name, "set_at": at}
            kept = insert_into(connection, assumption).values(name=name, **values)
            connection.execute(kept.on_conflict_do_update(index_elements=[_t.name], set_=values))
            _note(deed, actor, at, name=name, before=before, after=value)


def reset_assumption(name: str, actor: Actor, at: datetime, of: Engine | None = None) -> None:
    """Back to the settings' value; one that was never changed is no error. Raises NotAllowed,
    DatabaseAway."""
    with acting(actor, Act.SET_ASSUMPTION, at, of) as deed:
        connection = deed.connection
        before = getattr(read_assumptions(connection).values, name)
        gone = connection.execute(delete(assumption).where(_t.name == name))
        if gone.rowcount:
            after = getattr(read_assumptions(connection).values, name)
            _note(deed, actor, at, name=name, before=before, after=after)


def _note(deed: Deed, actor: Actor, at: datetime, **change: object) -> None:
    add_event(deed.connection, "assumption_set", None, at, actor.name, **change)
    deed.note(**change)
