"""LWA's tokens: refresh tokens that explain themselves, access tokens that live an hour.

A refresh token reads ``Atzr|demo.<selling_partner_id>.<scope>.<granted>.<random>``, that of a
vendor begins with ``Atzr|vendor.``. Because it carries its own facts it outlives a restart, while
the stand-in keeps everything in memory. The last part may be left out: whoever invents demo sellers
can invent their tokens too.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from amazon_stand_in.marketplaces import SCOPES

DAY = 86400
# An access token lives one hour, a refresh token 365 days:
# https://developer-docs.amazon.com/sp-api/docs/authorization-errors
REFRESH_TOKEN_SECONDS = 365 * DAY
ACCESS_TOKEN_SECONDS = 3600

SELLING_PARTNER_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_REFRESH_TOKEN = re.compile(
    rf"Atzr\|(?P<kind>demo|vendor)\.(?P<seller>{SELLING_PARTNER_ID.pattern})"
    rf"\.(?P<scope>{'|'.join(SCOPES)})"
    r"\.(?P<granted>\d{1,10})(?:\.(?P<nonce>[0-9a-f]{16})(?P<check>[0-9a-f]{16}))?"
)
# Guards against typing errors only: there is nothing here worth forging a token for.
_CHECK_KEY = b"amazon stand-in"


@dataclass(frozen=True)
class Authorization:
    """One grant of one seller, or vendor: who, for which scope, and when (epoch seconds)."""

    selling_partner_id: str
    scope: str
    granted: int
    vendor: bool = False

    @property
    def expires(self) -> int:
        """365 days after the grant, in epoch seconds:
        https://developer-docs.amazon.com/sp-api/docs/renew-authorizations."""
        return self.granted + REFRESH_TOKEN_SECONDS


def refresh_token_for(authorization: Authorization) -> str:
    """A new refresh token (``Atzr|...``) for this grant; two calls give two tokens.

    https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api
    """
    facts = (authorization.selling_partner_id, authorization.scope, str(authorization.granted))
    nonce = secrets.token_hex(8)
    kind = "vendor" if authorization.vendor else "demo"
    return f"Atzr|{kind}.{'.'.join(facts)}.{nonce}{_check(*facts, nonce)}"


def read_refresh_token(refresh_token: str) -> Authorization | None:
    """The grant a refresh token stands for; None if we did not make it. Looks at no clock."""
    parts = _REFRESH_TOKEN.fullmatch(refresh_token)
    if parts is None:
        return None
    facts = (parts["seller"], parts["scope"], parts["granted"])
    if parts["nonce"] and not hmac.compare_digest(_check(*facts, parts["nonce"]), parts["check"]):
        return None
    vendor = parts["kind"] == "vendor"
    return Authorization(parts["seller"], parts["scope"], int(parts["granted"]), vendor)


def _check(*parts: str) -> str:
    return hmac.new(_CHECK_KEY, ".".join(parts).encode(), hashlib.sha256).hexdigest()[:16]


@dataclass(frozen=True)
class AccessToken:
    """What an access token opens: an authorization, or none for a grantless one."""

    authorization: Authorization | None
    client_id: str
    expires: float


class AccessTokens:
    """The access tokens handed out, in memory. A restart forgets them, as it may at Amazon."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[str, AccessToken] = {}

    def issue(self, authorization: Authorization | None, client_id: str) -> str:
        """A new access token (``Atza|...``), good for one hour."""
        now = self._now()
        if len(self._kept) > 10_000:
            self._kept = {key: each for key, each in self._kept.items() if each.expires > now}
        token = f"Atza|demo.{secrets.token_urlsafe(48)}"
        self._kept[token] = AccessToken(authorization, client_id, now + ACCESS_TOKEN_SECONDS)
        return token

    def read(self, token: str) -> AccessToken | None:
        """The access token, also when stale (the caller tells the two apart); None if unknown."""
        return self._kept.get(token)

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()
