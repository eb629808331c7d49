"""Views: filters with a name that colleagues share."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlencode

from sqlalchemy import Engine, delete, select, update

from data_access.audit import acting
from data_access.conflicts import insert_into
from data_access.database import reading
from data_access.erased import keyed_digest
from data_access.schema import named_view
from rules.account_filter import AccountFilter, from_query
from rules.acts import Act, Actor
from rules.typed_text import in_one_line

MAX_NAME = 80

MARK = 16
"""So many hexadecimal digits tell one view from all others."""


class ViewNameTaken(Exception):
    """A view of that name exists and means something else."""


@dataclass(frozen=True, slots=True)
class NamedView:
    """A filter with its name."""

    name: str
    wanted: AccountFilter
    saved_by: str


def named_views(of: Engine | None = None) -> list[NamedView]:
    """Every view by name. Raises DatabaseAway."""
    with reading(of) as connection:
        rows = connection.execute(select(named_view).order_by(named_view.c.name)).all()
    return [NamedView(row.name, from_query(parse_qs(row.query))[0], row.saved_by) for row in rows]


def save_view(
    name: str,
    wanted: AccountFilter,
    actor: Actor,
    at: datetime,
    replace: bool = False,
    of: Engine | None = None,
) -> None:
    """Keeps a view for everybody. Raises ViewNameTaken unless `replace`, ValueError for a name
    that is empty or longer than MAX_NAME, NotAllowed, DatabaseAway."""
    name = in_one_line(name)
    if not name or len(name) > MAX_NAME:
        raise ValueError(f"a view's name has 1 to {MAX_NAME} characters")
    values = {"query": urlencode(wanted.to_query()), "saved_by": actor.name, "saved_at": at}
    with acting(actor, Act.SAVE_VIEW, at, of) as deed:
        connection = deed.connection
        row = named_view.c.name == name
        known = None
        # Looked at afterwards: whoever takes the name at the same moment has it then.
        new = insert_into(connection, named_view).values(name=name, **values)
        if connection.scalar(new.on_conflict_do_nothing().returning(named_view.c.name)) is None:
            known = connection.scalar(select(named_view.c.query).where(row))
            if not replace and known != values["query"]:
                raise ViewNameTaken(name)
            connection.execute(update(named_view).where(row).values(**values))
        deed.note(view=_mark(name), before=_known(known), after=_known(values["query"]))


def delete_view(name: str, actor: Actor, at: datetime, of: Engine | None = None) -> None:
    """Forgets a view; one that is gone already is no error. Raises NotAllowed, DatabaseAway."""
    with acting(actor, Act.DELETE_VIEW, at, of) as deed:
        row = named_view.c.name == name
        known = deed.connection.scalar(select(named_view.c.query).where(row))
        if known is not None:
            deed.connection.execute(delete(named_view).where(row))
            deed.note(view=_mark(name), before=_known(known), after=None)


def view_names(of: Engine | None = None) -> dict[str, str]:
    """The names of the views that there are, by what the trail calls them. Raises DatabaseAway."""
    with reading(of) as connection:
        return {_mark(name): name for name in connection.scalars(select(named_view.c.name))}


def _mark(name: str) -> str:
    """A view as it may stand in the trail, which outlives it: its name may be a seller's."""
    return keyed_digest(f"view\x00{name}")[:MARK]


def _known(query: str | None) -> str | None:
    """A filter as it may stand in the trail: what was searched for may be a seller's name."""
    if query is None:
        return None
    return urlencode({k: v for k, v in parse_qs(query).items() if k != "q"}, doseq=True)
