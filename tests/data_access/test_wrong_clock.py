"""What a clock that was far ahead has noted of a refusal holds nobody back once it is right."""

import asyncio
from datetime import timedelta

from data_access import probing, rollup, schema
from data_access.account_list import account_page
from data_access.database import reading
from rules.account_filter import AccountFilter
from rules.authorization import Status
from tests.accounts import an_account, change, kinds, row_of
from tests.data_access.sources.conftest import plain, read, row, write  # noqa: F401 - a fixture

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
