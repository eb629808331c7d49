"""Killed between any two steps and started again: completed, or cleanly failed."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from data_access import consents, links, rollup, schema
from data_access.account_rows import facts
from data_access.database import reading
from data_access.renewals import Renewals
from data_access.settings import settings
from rules.authorization import expiry
from rules.renewal import LEASE
from tests.accounts import OLD_TOKEN, an_account, kinds, row_of, rows, token_of, with_old_token
from tests.data_access.killing import finish

COOKIE = "the cookie of this browser"
FAILS = {"Exchange", "KeepToken"}
"""Killed here, whether Amazon saw the code is unknown, or its answer is lost."""
NOT_YET_BEGUN = {"LookUp", "KeepCode"}
FINISHES = {"Claim", "FindScope", "Grant", "the grant's commit"}


@pytest.fixture
def consented(configured, amazon, database, live_now):
    """An account whose seller has just consented: its id, and what Amazon sent them back with."""
    account = an_account(database, live_now)
    with_old_token(database, account, live_now)
    state = consents.begin(account, COOKIE, datetime.now(UTC), agent="anna", of=database)
    from data_access.consent_links import consent_url

    seller = row_of(database, account).selling_partner_id
    back, _ = amazon.consent(consent_url("DE", "seller", state, seller), seller)
    query = parse_qs(urlsplit(back).query)
    return account, (query["state"][0], seller, query["spapi_oauth_code"][0])


@pytest.fixture
def run(processes, database, tmp_path, amazon, configured):
    """Runs the renewal in a process of its own; gives its exit code."""

    def run(callback, die_before: str) -> int:
        values = {
            "DESK_PUBLIC_URL": settings().public_url,
            "DESK_STAND_IN_URL": amazon.base_url,
        }
        url = database.url.render_as_string(hide_password=False)
        process = processes.Process(
            target=finish, args=(url, values, str(tmp_path), callback, COOKIE, die_before)
        )
        process.start()
        process.join(30)
        return process.exitcode

    return run


def recover(database) -> int:
    """What the desk does when it is started again, a lease later."""
    return asyncio.run(Renewals(database, lambda: datetime.now(UTC) + LEASE).recover())


def is_untouched(database, account) -> bool:
    """Whether the account still has the grant, the token and the status of before."""
    row = row_of(database, account)
    return row.expires_at == expiry(row.granted_at) and token_of(database, account) == OLD_TOKEN


def test_a_renewal_that_is_not_killed_succeeds(run, consented, database):
    account, callback = consented
    assert run(callback, "") == 0
    assert kinds(database) == ["granted"] and token_of(database, account) != OLD_TOKEN


@pytest.mark.parametrize("step", sorted(FINISHES))
def test_killed_before_or_after_the_exchange_it_is_finished_on_restart(
    run, consented, database, step
):
    account, callback = consented
    assert run(callback, step) == -9
    assert is_untouched(database, account) and kinds(database) == []
    assert recover(database) == 1
    row = row_of(database, account)
    assert row.granted_at > datetime.now(UTC) - timedelta(minutes=1)
    assert row.expires_at == expiry(row.granted_at)
    assert token_of(database, account).startswith("Atzr|demo.")
    assert kinds(database) == ["granted"] and len(rows(database, schema.lapse)) == 1
    assert recover(database) == 0
    with reading(database) as connection:
        assert rollup.drift(connection) == 0


@pytest.mark.parametrize("step", sorted(FAILS))
def test_killed_around_the_exchange_it_fails_cleanly_with_a_fresh_link(
    run, consented, database, step, amazon
):
    account, callback = consented
    assert run(callback, step) == -9
    exchanges = amazon.count("/auth/o2/token")
    assert recover(database) == 1
    assert amazon.count("/auth/o2/token") == exchanges
    assert is_untouched(database, account)
    assert kinds(database) == ["renewal_failed"]
    (attempt,) = rows(database, schema.renewal)
    assert attempt.code is None and attempt.failure == "interrupted"
    path = links.renew_path(account, row_of(database, account).granted_at, "anna")
    link = links.read_link(path.removeprefix("/renew/"))
    assert not link.is_done(facts(row_of(database, account)), datetime.now(UTC))


@pytest.mark.parametrize("step", sorted(NOT_YET_BEGUN))
def test_killed_before_anything_was_kept_the_same_address_still_works(
    run, consented, database, step
):
    account, callback = consented
    assert run(callback, step) == -9
    assert recover(database) == 0 and is_untouched(database, account)
    assert run(callback, "") == 0
    assert kinds(database) == ["granted"]


def test_an_exchange_that_is_under_way_is_left_alone(run, consented, database):
    _, callback = consented
    assert run(callback, "KeepToken") == -9
    soon = Renewals(database, lambda: datetime.now(UTC) + LEASE / 2)
    assert asyncio.run(soon.recover()) == 0


def test_a_code_kept_for_more_than_five_minutes_is_not_used(run, consented, database, amazon):
    account, callback = consented
    assert run(callback, "Claim") == -9
    late = Renewals(database, lambda: datetime.now(UTC) + timedelta(minutes=6))
    assert asyncio.run(late.recover()) == 1
    assert amazon.count("/auth/o2/token") == 0
    assert is_untouched(database, account)


def test_many_at_once_recover_what_was_left_only_once(run, consented, database):
    _, callback = consented
    assert run(callback, "FindScope") == -9

    async def all_at_once():
        later = Renewals(database, lambda: datetime.now(UTC) + LEASE)
        await asyncio.gather(*(later.recover() for _ in range(5)))

    asyncio.run(all_at_once())
    assert kinds(database) == ["granted"]
