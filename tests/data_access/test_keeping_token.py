"""A new token is the only copy there is: the database may be away for a while without losing it."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from data_access import attempts, renewals, schema
from data_access.database import DatabaseAway
from data_access.renewals import Ended, Renewals
from rules.renewal import LEASE, read_callback
from rules.renewal_steps import Outcome
from tests.accounts import OLD_TOKEN, an_account, rows, token_of, with_old_token


class Pauses:
    """A clock that goes on by what is waited for, and the waits."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=sum(self.seconds))

    async def wait(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def account(browser, database, live_now) -> int:
    """An expired account with the token of its last grant."""
    made = an_account(database, live_now)
    with_old_token(database, made, live_now)
    return made


@pytest.fixture
def pauses() -> Pauses:
    """What is waited between two tries."""
    return Pauses()


def away_for(patch: pytest.MonkeyPatch, pauses: Pauses, seconds: float) -> None:
    """The database away for so long, from the moment at which the token is to be kept."""
    keep, read = attempts.keep_token, renewals.reading

    def wait_for(work):
        def tried(*arguments):
            if sum(pauses.seconds) < seconds:
                raise DatabaseAway("restarting")
            return work(*arguments)

        return tried

    def keep_token(*arguments):
        patch.setattr(renewals, "reading", wait_for(read))
        return wait_for(keep)(*arguments)

    patch.setattr(attempts, "keep_token", keep_token)


def come_back(browser, database, account: int, pauses: Pauses) -> Ended:
    """The end of a consent that has just been given."""
    callback = read_callback(parse_qsl(urlsplit(browser.consent(account)).query))
    desk = Renewals(database, pauses, pause=pauses.wait)
    return asyncio.run(desk.finish(callback, browser.http.cookies["renewal_browser"]))


def test_a_token_outlasts_a_database_that_is_away_for_most_of_a_minute(
    browser, database, account, pauses, monkeypatch
):
    away_for(monkeypatch, pauses, 45)
    assert come_back(browser, database, account, pauses).outcome is Outcome.CONNECTED
    assert token_of(database, account) not in (None, OLD_TOKEN)
    assert pauses.seconds == sorted(pauses.seconds) and max(pauses.seconds) <= 5


def test_a_token_that_cannot_be_kept_in_the_end_is_told_as_an_interrupted_renewal(
    browser, database, account, pauses, monkeypatch
):
    away_for(monkeypatch, pauses, 600)
    assert come_back(browser, database, account, pauses) == Ended(Outcome.INTERRUPTED)
    assert sum(pauses.seconds) < LEASE.total_seconds()
    assert token_of(database, account) == OLD_TOKEN
    assert [each.step for each in rows(database, schema.renewal)] == ["exchanging"]
