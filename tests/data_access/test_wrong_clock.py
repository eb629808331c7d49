"""What a clock that was far ahead has noted of a refusal holds nobody back once it is right."""

import asyncio
from datetime import timedelta

from sqlalchemy import event

from data_access import probing, rollup, schema
from data_access.account_list import account_page
from data_access.database import reading
from rules.account_filter import AccountFilter
from rules.authorization import Status
from tests.accounts import an_account, change, kinds, row_of
from tests.data_access.sources.conftest import (  # noqa: F401 - fixtures
    desk,
    plain,
    read,
    row,
    write,
)

HOUR = timedelta(hours=1)
FAR_AHEAD = timedelta(days=400)


def refused(database, as_of) -> int:
    """How many accounts the list shows as refused."""
    return len(account_page(AccountFilter(statuses=(Status.REFUSED,)), as_of, of=database).rows)


def probed(database, at) -> None:
    """Asks Amazon about all accounts, by a clock that says `at`."""
    pace = probing.Pace(per_second=2_000)
    asyncio.run(probing.probe(AccountFilter(), database, pace=pace, clock=lambda: at))


def test_amazons_answers_count_again(browser, database, amazon, live_now):
    account = an_account(database, live_now, 100, selling_partner_id="A1REVOKED")
    amazon.authorizations.revoke("A1REVOKED", "EU")
    failed = {"first_failed_at": live_now + FAR_AHEAD, "refusal": "refused: invalid_grant"}
    change(database, schema.authorization, **failed)
    probed(database, live_now)
    assert refused(database, live_now) == 0
    probed(database, live_now + HOUR)
    assert refused(database, live_now + HOUR) == 1
    change(database, schema.authorization, refused_at=live_now + FAR_AHEAD)
    probed(database, live_now + 2 * HOUR)
    assert row_of(database, account).refused_at == live_now + 2 * HOUR
    assert kinds(database) == ["refused"]
    with reading(database) as connection:
        assert rollup.drift(connection) == 0


def test_what_a_source_says_counts_from_the_next_reading_on(database, write, now):  # noqa: F811
    states = {"state": "expires", "expires_at": None}
    path = write(row(granted="2026-10-01T10:00Z", expires="refused"))
    read(path, database, plain(fields=states), now=now + timedelta(days=300))
    assert refused(database, now) == 0
    read(path, database, plain(fields=states), now=now)
    assert refused(database, now) == 1


def test_a_reading_looks_for_it_among_those_who_are_refused(desk, write):  # noqa: F811
    """The source may have brought a million others."""
    dated = []

    def note(_connection, _cursor, statement: str, parameters, *_how) -> None:
        if statement.startswith("UPDATE") and "SET refused_at=" in statement:
            dated.append((statement, parameters))

    event.listen(desk, "before_cursor_execute", note)
    read(write(row()), desk)
    ((statement, parameters),) = dated
    with reading(desk) as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        assert "ix_authorization_refused_at" in str(plan.all())
