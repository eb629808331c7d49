"""Amazon's side of an authorization: consent, code, refresh token, lapse, revocation."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from amazon_stand_in.tokens import Authorization, read_refresh_token, refresh_token_for

# A code lives 5 minutes, the whole authorization has to be finished within 10:
# https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow
CODE_SECONDS = 300
CONSENT_SECONDS = 600


class InvalidGrant(Exception):
    """A code or refresh token that is good for nothing; ``parameter`` names which."""

    def __init__(self, parameter: str) -> None:
        super().__init__(f"The request has an invalid grant parameter : {parameter}")
        self.parameter = parameter


@dataclass(frozen=True)
class _Code:
    authorization: Authorization
    redirect_uri: str
    issued: float


@dataclass(frozen=True)
class Listed:
    """A row of Manage Your Apps."""

    authorization: Authorization
    revoked: bool
    expired: bool


class Authorizations:
    """Every authorization of the one application, and what became of it. In memory."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.clear()

    def clear(self) -> None:
        """Forget everything: codes, grants, revocations."""
        self._codes: dict[str, _Code] = {}
        self._newest: dict[tuple[str, str], Authorization] = {}
        self._revoked_at: dict[tuple[str, str], int] = {}

    def consent(
        self, selling_partner_id: str, scope: str, redirect_uri: str, vendor: bool = False
    ) -> str:
        """The seller confirmed: a new grant from now on, and the code to redirect back with."""
        now = self._now()
        # Tokens tell grants apart by the second: one given in the second of a revocation is dated
        # after it, or it would count as revoked.
        granted = max(int(now), self._revoked_at.get((selling_partner_id, scope), -1) + 1)
        authorization = Authorization(selling_partner_id, scope, granted, vendor)
        self.remember(authorization)
        code = "S" + secrets.token_urlsafe(18)
        self._codes[code] = _Code(authorization, redirect_uri, now)
        return code

    def exchange(self, code: str, redirect_uri: str | None = None) -> tuple[Authorization, str]:
        """The grant behind a code and its refresh token. Any attempt uses the code up.

        Raises InvalidGrant("code") if it is unknown, used, older than 5 minutes, made for another
        redirect URI (leaving it out is tolerated, as Amazon does), or revoked since.
        """
        kept = self._codes.pop(code, None)
        if kept is None or self._now() - kept.issued > CODE_SECONDS:
            raise InvalidGrant("code")
        if redirect_uri is not None and redirect_uri != kept.redirect_uri:
            raise InvalidGrant("code")
        if self.is_revoked(kept.authorization):
            raise InvalidGrant("code")
        return kept.authorization, refresh_token_for(kept.authorization)

    def read(self, refresh_token: str, newest_only: bool = False) -> Authorization:
        """The grant behind a refresh token.

        Raises InvalidGrant("refresh_token") if it is not ours, revoked, or 365 days old; with
        ``newest_only`` also if a renewal has replaced it.
        """
        authorization = read_refresh_token(refresh_token)
        if authorization is None or not self.is_alive(authorization, newest_only):
            raise InvalidGrant("refresh_token")
        self.remember(authorization)
        return authorization

    def is_alive(self, authorization: Authorization, newest_only: bool = False) -> bool:
        """Whether a grant is neither expired nor revoked (nor, if asked, replaced)."""
        newest = self._newest.get((authorization.selling_partner_id, authorization.scope))
        replaced = newest_only and newest is not None and newest.granted > authorization.granted
        return not (replaced or self.is_expired(authorization) or self.is_revoked(authorization))

    def is_expired(self, authorization: Authorization) -> bool:
        """Whether its 365 days are over by the stand-in's clock."""
        return self._now() >= authorization.expires

    def is_revoked(self, authorization: Authorization) -> bool:
        """Whether the seller revoked it; a consent after the revocation is a new grant."""
        key = (authorization.selling_partner_id, authorization.scope)
        return authorization.granted <= self._revoked_at.get(key, -1)

    def revoke(self, selling_partner_id: str, scope: str) -> None:
        """Revoke everything this seller has granted for this scope so far."""
        newest = self._newest.get((selling_partner_id, scope))
        granted = newest.granted if newest else -1
        self._revoked_at[selling_partner_id, scope] = max(int(self._now()), granted)

    def remember(self, authorization: Authorization) -> None:
        """Know of a grant, so that Manage Your Apps lists it; the newest one of a scope counts."""
        key = (authorization.selling_partner_id, authorization.scope)
        known = self._newest.get(key)
        if known is None or authorization.granted >= known.granted:
            self._newest[key] = authorization

    def of_seller(self, selling_partner_id: str) -> list[Listed]:
        """What Manage Your Apps lists for this seller, newest grant first."""
        own = [
            each for each in self._newest.values() if each.selling_partner_id == selling_partner_id
        ]
        own.sort(key=lambda each: -each.granted)
        return [Listed(each, self.is_revoked(each), self.is_expired(each)) for each in own]

    def sellers(self) -> list[str]:
        """Everybody seen so far, by name; capped at what a page can show."""
        return sorted({seller for seller, _ in self._newest})[:200]

    def count_sellers(self, besides: str) -> int:
        """How many sellers have consented, not counting this one (for CONSENT_LIMIT_REACHED)."""
        return len({seller for seller, _ in self._newest} - {besides})
