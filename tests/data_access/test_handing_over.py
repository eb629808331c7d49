"""New grants reach the vendor's backend: signed, and retried until accepted."""

import json
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import update
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from data_access import handing_over, schema
from data_access.clock import utc_now
from data_access.database import writing
from data_access.handing_over import send_due
from data_access.settings import settings
from tests.accounts import an_account, row_of, rows, token_of
from tests.forgetting import forget
from tests.renewing import Browser, served

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB2ZW5kb3I="


class Backend:
    """The vendor's backend: keeps what it gets, answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict, bytes]] = []
        self.status = 204
        self.meanwhile: Callable[[], object] = lambda: None

    async def hook(self, request: Request) -> Response:
        """Takes one message."""
        self.got.append((dict(request.headers), await request.body()))
        status = self.status
        await run_in_threadpool(self.meanwhile)
        return Response(status_code=status)

    def read(self, number: int = -1) -> dict:
        """A message, verified as a receiver would."""
        headers, body = self.got[number]
        Webhook(SECRET).verify(body.decode(), headers)
        return json.loads(body)


@pytest.fixture
def backend(browser: Browser, monkeypatch):
    """A backend that the desk hands new grants to."""
    made = Backend()
    app = Starlette(routes=[Route("/hook", made.hook, methods=["POST"])])
    with served(app) as url:
        monkeypatch.setenv("DESK_WEBHOOK_URL", f"{url}/hook")
        monkeypatch.setenv("DESK_WEBHOOK_SECRET", SECRET)
        forget()
        yield made


@pytest.fixture
def renewed(backend, browser: Browser, database, live_now) -> int:
    """An account renewed a moment ago."""
    account = an_account(database, live_now)
    browser.renew(account)
    return account


def test_a_grant_is_handed_over_signed(renewed, backend, database):
    assert send_due(of=database) == 1
    told = backend.read()
    row = row_of(database, renewed)
    assert told["type"] == "authorization.granted"
    assert told["data"] == {
        "application_id": row.application_id,
        "selling_partner_id": row.selling_partner_id,
        "region": "EU",
        "country": "",
        "granted_at": row.granted_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
    }
    assert send_due(of=database) == 0 and len(backend.got) == 1


def test_somebody_else_cannot_sign_for_us(renewed, backend, database):
    send_due(of=database)
    headers, body = backend.got[0]
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_b3RoZXI=").verify(body.decode(), headers)


def test_it_is_tried_again_with_the_same_id_until_it_is_accepted(renewed, backend, database):
    backend.status = 500
    now = utc_now()
    assert send_due(lambda: now, database) == 0
    (message,) = rows(database, schema.hand_over)
    assert message.failure == "status 500"
    assert message.next_try_at == now + timedelta(seconds=5)
    assert send_due(lambda: now, database) == 0 and len(backend.got) == 1
    backend.status = 204
    assert send_due(lambda: now + timedelta(seconds=5), database) == 1
    assert backend.got[0][0]["webhook-id"] == backend.got[1][0]["webhook-id"]
    (message,) = rows(database, schema.hand_over)
    assert message.accepted_at is not None and message.next_try_at is None


def test_the_waits_grow_and_never_end(renewed, backend, database):
    backend.status = 404
    now = utc_now()
    waits = []
    for _ in range(8):
        send_due(lambda: now, database)  # noqa: B023 - called at once
        (message,) = rows(database, schema.hand_over)
        waits.append(int((message.next_try_at - now).total_seconds()))
        now = message.next_try_at
    assert waits == [5, 30, 120, 900, 3_600, 21_600, 21_600, 21_600]


def test_what_a_clock_that_was_far_ahead_has_put_off_is_handed_over_when_it_is_right_again(
    renewed, backend, database
):
    now = utc_now()
    backend.status = 500
    assert send_due(lambda: now + timedelta(days=400), database) == 0
    backend.status = 204
    assert send_due(lambda: now + timedelta(minutes=1), database) == 1


def test_the_token_goes_along_only_where_that_is_wanted(renewed, backend, database, monkeypatch):
    monkeypatch.setenv("DESK_WEBHOOK_WITH_TOKEN", "true")
    forget()
    assert settings().webhook_with_token
    send_due(of=database)
    assert backend.read()["data"]["refresh_token"] == token_of(database, renewed)


def test_where_no_backend_is_named_nothing_is_queued(browser: Browser, database, live_now):
    browser.renew(an_account(database, live_now))
    assert rows(database, schema.hand_over) == []


def test_a_token_that_no_key_opens_waits_and_keeps_no_other_message_back(
    renewed, backend, browser, database, live_now, monkeypatch
):
    other = an_account(database, live_now)
    browser.renew(other)
    monkeypatch.setenv("DESK_WEBHOOK_WITH_TOKEN", "true")
    forget()
    with writing(database) as connection:
        connection.execute(
            update(schema.credential)
            .where(schema.credential.c.authorization_id == renewed)
            .values(refresh_token=Fernet(Fernet.generate_key()).encrypt(b"lost"))
        )
    assert send_due(of=database) == 1
    assert backend.read()["data"]["refresh_token"] == token_of(database, other)
    lost, _ = rows(database, schema.hand_over)
    assert lost.failure == "KeyLost" and lost.next_try_at > live_now


def test_who_slept_while_another_process_handed_it_over_changes_nothing(renewed, backend, database):
    now = utc_now()

    def another_hands_it_over():
        backend.meanwhile, backend.status = lambda: None, 204
        assert send_due(lambda: now + handing_over.SENDING_TAKES, database) == 1

    backend.meanwhile, backend.status = another_hands_it_over, 500
    assert send_due(lambda: now, database) == 0
    (message,) = rows(database, schema.hand_over)
    assert message.accepted_at is not None and message.next_try_at is None
    assert message.failure == ""


def test_a_backend_that_does_not_answer_is_waited_for_once(
    renewed, backend, browser, database, live_now, monkeypatch
):
    for _ in range(2):
        browser.renew(an_account(database, live_now))
    monkeypatch.setattr(handing_over, "PATIENCE_SECONDS", 0.2)
    backend.meanwhile = lambda: time.sleep(0.5)
    assert send_due(of=database) == 0
    assert len(backend.got) == 1
    first, *others = rows(database, schema.hand_over)
    assert first.failure == "ReadTimeout" and first.next_try_at > first.created_at
    backend.meanwhile = lambda: None
    assert send_due(of=database) == len(others) == 2
