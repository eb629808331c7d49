"""A seller who is quoted wherever the token database may hold a word of theirs, and a search for
what is left of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, LargeBinary, String, insert, select, update

from data_access import keys, schema
from data_access.database import writing
from tests.accounts import an_account, rows, with_old_token

TRACES = {
    "customer_number": "K-4711-ZYX",
    "name": "Zyxwvut Quastenflosser GmbH",
    "contact": "Leopoldine Zyxwvut",
    "email": "leopoldine@quastenflosser.example",
    "phone": "+49 30 99887766",
    "shop_url": "https://quastenflosser.example",
}
PARTNER = "AZYXWVUTSELLER"
ABOUT_NOBODY = {
    *("application_id", "region", "country", "partner_kind", "plan", "marketplaces"),
    *("home_marketplace", "expiry_source", "owner", "language", "source", "agent", "actor", "kind"),
    *("step", "state", "message_id", "once", "batch", "by", "started_by", "redirect_uri"),
    *("digest", "browser_digest", "state_digest", "code_digest", "made_by", "reason_code"),
}
"""Columns that the desk or its people fill, and never with a word of a seller."""

NOT_QUOTED = ("audit_entry", "credential", "sync_profile")
"""Tables that nobody writes a word of a seller into, or that have a row of the account already."""


def a_quoted_seller(engine: Engine, now: datetime) -> tuple[list[int], int]:
    """A seller with two accounts, quoted in every text that has to do with the first; returns
    these two and an account of somebody else."""
    ids = [
        an_account(engine, now, selling_partner_id=f"{PARTNER}{number}", region=region)
        for number, region in enumerate(("EU", "NA"))
    ]
    other = an_account(engine, now)
    a, s = schema.authorization, schema.seller
    said = " ".join([*TRACES.values(), PARTNER])
    with writing(engine) as connection:
        of_first = connection.scalar(select(a.c.seller_id).where(a.c.id == ids[0]))
        connection.execute(update(a).where(a.c.id == ids[1]).values(seller_id=of_first))
        connection.execute(update(s).where(s.c.id == of_first).values(source="plugin", **TRACES))
        copied = {"seller_name": TRACES["name"], "search_text": said.casefold(), "refusal": said}
        connection.execute(update(a).where(a.c.id.in_(ids)).values(**copied))
        _quote(connection, ids[0], said, now)
        _quote(connection, other, "somebody else", now)
    with_old_token(engine, ids[0], now)
    return ids, other


def _quote(connection: Connection, account: int, said: str, now: datetime) -> None:
    """A row about the account in every table that has to do with accounts."""
    r = schema.source_run
    begun = insert(r).values(source="plugin", started_at=now)
    known = {"authorization_id": account, "run_id": connection.scalar(begun.returning(r.c.id))}
    for table in schema.metadata.sorted_tables:
        if "authorization_id" not in table.c or table.name in NOT_QUOTED:
            continue
        # A renewal is under way, and a number is given by the database.
        left = (*known, "id", "finished_at")
        values = {c.name: _quoting(c, account, said, now) for c in table.c if c.name not in left}
        known_here = {name: value for name, value in known.items() if name in table.c}
        connection.execute(insert(table).values(values | known_here))


def _quoting(column: Column, account: int, said: str, now: datetime) -> Any:
    """What a row about an account holds in a column: the seller's words wherever they may stand."""
    if isinstance(column.type, String):
        is_theirs = column.name not in ABOUT_NOBODY
        return (said if is_theirs else f"{account}")[: column.type.length or 10_000]
    if isinstance(column.type, LargeBinary):
        return keys.encrypt(said)
    if column.type.python_type in (int, bool, float):
        return column.type.python_type(1)
    if column.nullable:
        return None
    return now.date() if "due_on" in column.name else now


def everything(engine: Engine) -> str:
    """All that stands in the database, as one text; what is encrypted is opened."""
    found = []
    for table in schema.metadata.sorted_tables:
        for row in rows(engine, table):
            for name, value in row._asdict().items():
                if isinstance(value, bytes) and table.name in ("credential", "renewal"):
                    value = keys.decrypt(value)
                found.append(f"{table.name}.{name}={value}")
    return "\n".join(found)


def traces_in(text: str) -> set[str]:
    """Which of the seller's strings are in a text."""
    return {each for each in (*TRACES.values(), PARTNER) if each.casefold() in text.casefold()}
