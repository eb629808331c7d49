"""Accounts in the token database of a test: made, looked at, changed."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, Row, Table, insert, select, update

from data_access import keys, rollup, schema
from data_access.database import reading, writing
from data_access.records import AccountRecord, SellerRecord, insert_new
from rules.authorization import expiry
from rules.renewal import LEASE

OLD_TOKEN = "Atzr|the-token-of-last-year"


def an_account(
    engine: Engine, now: datetime, granted_days_ago: float | None = 400, **fields: object
) -> int:
    """One seller's account, by default expired 35 days ago; returns its id."""
    (number,) = some_accounts(engine, now, granted_days_ago, [fields])
    return number


def some_accounts(
    engine: Engine, now: datetime, granted_days_ago: float | None, all_fields: list[dict]
) -> list[int]:
    """The accounts of as many sellers, in one transaction; returns their ids in that order."""
    granted_at = None if granted_days_ago is None else now - timedelta(days=granted_days_ago)
    with writing(engine) as connection:
        last = connection.scalar(select(schema.seller.c.id).order_by(schema.seller.c.id.desc()))
        records = [
            _record(number, granted_at, dict(fields))
            for number, fields in enumerate(all_fields, start=last or 0)
        ]
        with rollup.kept(connection, []) as inserted:
            inserted += insert_new(connection, records, "test")
    return inserted


def _record(number: int, granted_at: datetime | None, fields: dict) -> AccountRecord:
    seller = SellerRecord(
        customer_number=f"K{number}",
        name="Müller & Söhne <GmbH>",
        language=str(fields.pop("language", "de")),
        time_zone="Europe/Berlin",
        shop="Shopware 6",
        shop_url="https://mueller.example",
    )
    usual = {
        "application_id": "amzn1.sp.solution.00000000-demo",
        "selling_partner_id": f"A1SELLER{number}",
        "region": "EU",
        "country": "",
        "marketplaces": ("DE", "FR"),
        "home_marketplace": "DE",
        "granted_at": granted_at,
        "expires_at": expiry(granted_at) if granted_at else None,
        "confirmed_at": granted_at,
    }
    return AccountRecord(seller=seller, **(usual | fields))


def with_old_token(engine: Engine, account: int, now: datetime) -> None:
    """Gives the account the token of its last grant."""
    with writing(engine) as connection:
        connection.execute(
            insert(schema.credential).values(
                authorization_id=account,
                refresh_token=keys.encrypt(OLD_TOKEN),
                stored_at=now - timedelta(days=400),
            )
        )


def row_of(engine: Engine, account: int) -> Row:
    """The account as the database has it."""
    with reading(engine) as connection:
        return connection.execute(
            select(schema.authorization).where(schema.authorization.c.id == account)
        ).one()


def rows(engine: Engine, table: Table) -> list[Row]:
    """Everything in a table, in the order of its key."""
    with reading(engine) as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key.columns)))


def change(engine: Engine, table: Table, **values: object) -> None:
    """Changes every row of a table."""
    with writing(engine) as connection:
        connection.execute(update(table).values(values))


def change_account(engine: Engine, account: int, **values: object) -> None:
    """Changes an account."""
    a = schema.authorization
    with writing(engine) as connection:
        connection.execute(update(a).where(a.c.id == account).values(values))


def change_seller(engine: Engine, account: int, **values: object) -> None:
    """Changes the seller of an account."""
    s, number = schema.seller, row_of(engine, account).seller_id
    with writing(engine) as connection:
        connection.execute(update(s).where(s.c.id == number).values(values))


def token_of(engine: Engine, account: int) -> str | None:
    """The refresh token in force, in clear."""
    with reading(engine) as connection:
        stored = connection.scalar(
            select(schema.credential.c.refresh_token).where(
                schema.credential.c.authorization_id == account
            )
        )
    return keys.decrypt(stored) if stored else None


def kinds(engine: Engine) -> list[str]:
    """What the history tells, in order."""
    return [each.kind for each in rows(engine, schema.event)]


def left_during_the_exchange(engine: Engine, now: datetime) -> None:
    """Every renewal as a process leaves it that is killed while it exchanges the code."""
    change(
        engine,
        schema.renewal,
        step="exchanging",
        finished_at=None,
        stepped_at=now - LEASE - timedelta(seconds=1),
    )


def nothing_changed(engine: Engine, account: int, before: Row) -> bool:
    """Whether the account, its token and the rollup are as they were."""
    with reading(engine) as connection:
        drift = rollup.drift(connection)
    return (
        row_of(engine, account) == before
        and token_of(engine, account) == OLD_TOKEN
        and not rows(engine, schema.lapse)
        and drift == 0
    )
