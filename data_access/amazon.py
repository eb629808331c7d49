"""Amazon over HTTP: the LWA token endpoint and the few SP-API operations that the desk uses.

Nothing here raises for what Amazon does or fails to do: every call ends in an Answer. Tokens are
never part of an error, a log line or a repr.
"""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import httpx
from tenacity import AsyncRetrying, retry_if_result, stop_after_attempt, wait_random_exponential

from data_access.marketplaces import marketplaces
from data_access.settings import settings
from rules.amazon_answers import Answer, Verdict, judge_lwa, judge_sp_api
from rules.renewal_steps import Exchanged

LWA = "https://api.amazon.com"
"""One token endpoint for all regions.

Source: https://github.com/amzn/selling-partner-api-docs/issues/972
"""

SP_API = {
    "NA": "https://sellingpartnerapi-na.amazon.com",
    "EU": "https://sellingpartnerapi-eu.amazon.com",
    "FE": "https://sellingpartnerapi-fe.amazon.com",
}
"""Source: https://developer-docs.amazon.com/sp-api/docs/sp-api-endpoints"""


LARGEST = 1_000_000
"""So many bytes of an answer are read; those that we ask for have some tens of thousands."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried that says nothing, and how long the first wait may be."""

    tries: int = 3
    wait_seconds: float = 1.0


PATIENCE = Patience()


@dataclass(frozen=True, slots=True)
class Participations:
    """What getMarketplaceParticipations says: the (region, country) scopes that are open."""

    answer: Answer
    scopes: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Called:
    """An operation's answer with its HTTP status (0 where there was none) and decoded body."""

    answer: Answer
    status: int = 0
    body: object = None


class Amazon:
    """A session with Amazon; `async with Amazon() as amazon`. In demo mode with the local one."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or PATIENCE

    async def __aenter__(self) -> Self:
        """Opens the connections; a proxy of the environment is used for the real Amazon only."""
        seconds = settings().amazon_timeout_seconds
        self._client = httpx.AsyncClient(
            verify=_trust(),
            timeout=httpx.Timeout(seconds, connect=min(5.0, seconds)),
            trust_env=settings().mode == "live",
            headers={"user-agent": "RenewalDesk/0.1 (Language=Python)"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes them."""
        await self._client.aclose()

    async def exchange(self, code: str, redirect_uri: str) -> Exchanged:
        """A consent's code for tokens. Tried again only where it surely never reached Amazon."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
        }
        called = await self._with_patience(
            lambda: self._token(fields), lambda called: called.answer.reason == "unreachable"
        )
        return _exchanged(called, needs_refresh_token=True)

    async def refresh(self, refresh_token: str) -> Exchanged:
        """An access token; tried again where Amazon gave no answer."""
        fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        called = await self._with_patience(lambda: self._token(fields), _says_nothing)
        return _exchanged(called, needs_refresh_token=False)

    async def participations(self, access_token: str, region: str) -> Participations:
        """Which marketplaces a token opens, by the endpoint of a region."""
        called = await self._with_patience(
            lambda: self.call(access_token, region, "GET", "/sellers/v1/marketplaceParticipations"),
            _says_nothing,
        )
        if called.answer.verdict is not Verdict.FINE:
            return Participations(called.answer)
        scopes = _scopes(called.body)
        if scopes is None:
            return Participations(Answer(Verdict.NO_ANSWER, "unreadable"))
        return Participations(called.answer, scopes)

    async def call(
        self, access_token: str, region: str, method: str, path: str, **more: Any
    ) -> Called:
        """One SP-API operation, once."""
        url = f"{_base(SP_API[region])}{path}"
        headers = {"x-amz-access-token": access_token}
        return await self._answer(judge_sp_api, method, url, headers=headers, **more)

    async def _token(self, fields: Mapping[str, str]) -> Called:
        client = {
            "client_id": settings().client_id,
            "client_secret": settings().client_secret.get_secret_value(),
        }
        url = f"{_base(LWA)}/auth/o2/token"
        return await self._answer(judge_lwa, "POST", url, data={**fields, **client})

    async def _answer(
        self, judge: Callable[[int, object], Answer], method: str, url: str, **more: Any
    ) -> Called:
        try:
            async with asyncio.timeout(settings().amazon_timeout_seconds * 1.5):
                status, body = await self._fetch(method, url, **more)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return Called(Answer(Verdict.NO_ANSWER, "unreachable"))
        except (TimeoutError, httpx.TimeoutException):
            return Called(Answer(Verdict.NO_ANSWER, "too_slow"))
        except httpx.HTTPError:
            return Called(Answer(Verdict.NO_ANSWER, "broken_off"))
        return Called(judge(status, body), status, body)

    async def _fetch(self, method: str, url: str, **more: Any) -> tuple[int, object]:
        """Status and decoded JSON; None where it is none, or longer than anything we ask for."""
        content = bytearray()
        async with self._client.stream(method, url, **more) as response:
            async for part in response.aiter_bytes():
                content += part
                if len(content) > LARGEST:
                    return response.status_code, None
        return response.status_code, _json(content)

    async def _with_patience(
        self, attempt: Callable[[], Awaitable[Called]], again: Callable[[Called], bool]
    ) -> Called:
        wait = self._patience.wait_seconds
        retrying = AsyncRetrying(
            retry=retry_if_result(again),
            stop=stop_after_attempt(self._patience.tries),
            wait=wait_random_exponential(multiplier=wait, max=8 * wait),
            retry_error_callback=lambda state: state.outcome.result(),
        )

        async def attempted() -> Called:
            return await attempt()

        return await retrying(attempted)


def _says_nothing(called: Called) -> bool:
    return called.answer.verdict is Verdict.NO_ANSWER


def _exchanged(called: Called, needs_refresh_token: bool) -> Exchanged:
    if called.answer.verdict is not Verdict.FINE:
        return Exchanged(called.answer)
    access, refresh = called.body.get("access_token"), called.body.get("refresh_token", "")
    if not _is_token(access) or not _is_token(refresh):
        return Exchanged(Answer(Verdict.NO_ANSWER, "unreadable"))
    if needs_refresh_token and not refresh:
        return Exchanged(Answer(Verdict.NO_ANSWER, "no_refresh_token"))
    return Exchanged(called.answer, access, refresh)


def _is_token(value: object) -> bool:
    """Whether it can be sent back in a header or a form."""
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _scopes(body: object) -> frozenset[tuple[str, str]] | None:
    """The scopes of the marketplaces in a participations body; None where it is something else."""
    try:
        ids = {each["marketplace"]["id"] for each in body["payload"]}
    except (KeyError, TypeError):
        return None
    return frozenset(
        (known.region, code if known.region == "FE" else "")
        for code, known in marketplaces().items()
        if known.marketplace_id in ids
    )


def _base(url: str) -> str:
    if settings().mode == "demo":
        return f"{settings().stand_in_url}/{url.removeprefix('https://')}"
    return url


def _json(content: bytes | bytearray) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


@cache
def _trust() -> ssl.SSLContext:
    # Loading the certificates takes tens of milliseconds; once is enough.
    return ssl.create_default_context()
