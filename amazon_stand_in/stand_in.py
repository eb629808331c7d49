"""All that the stand-in knows, in one object: switches, clock, authorizations, what was asked."""

import random
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from starlette.requests import HTTPConnection

from amazon_stand_in.authorizations import Authorizations
from amazon_stand_in.rate_limits import RateLimiter
from amazon_stand_in.switches import Switches
from amazon_stand_in.tokens import DAY, AccessTokens, Authorization, refresh_token_for


class Answered(NamedTuple):
    """One request and the status it got; 0 where nothing was answered. Never a query or a body."""

    method: str
    path: str
    status: int


class StandIn:
    """The memory behind the routes; also the handle that tests hold.

    ``clock`` gives epoch seconds (default: the machine's); ``chance`` decides what ``fail_rate``
    hits. Everything is lost when the process ends, apart from what refresh tokens say themselves.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        chance: random.Random | None = None,
        **settings: Any,
    ) -> None:
        self._clock = clock
        self._start = Switches().changed(**settings)
        self.chance = chance or random.Random(0)  # noqa: S311 - failures by chance, no secret
        self.authorizations = Authorizations(self.now)
        self.access_tokens = AccessTokens(self.now)
        self.rate_limiter = RateLimiter(self.now)
        self.amazon_states: dict[str, tuple[str, str, float]] = {}
        self.written: deque[tuple[str, str]] = deque(maxlen=1000)
        self.answered: deque[Answered] = deque(maxlen=1000)
        self.switches = self._start
        self._out_until = 0.0
        self._begin_outage()

    def now(self) -> float:
        """The stand-in's time in epoch seconds: its clock, moved by ``clock_offset_seconds``."""
        return self._clock() + self.switches.clock_offset_seconds

    @property
    def is_out(self) -> bool:
        """Whether the outage begun by ``out_for_seconds`` still lasts."""
        return self.now() < self._out_until

    def set(self, **values: Any) -> None:
        """Change switches. Raises ValueError, changing nothing, if a name or value is wrong."""
        self.switches = self.switches.changed(**values)
        if "out_for_seconds" in values:
            self._begin_outage()

    def advance(self, seconds: float = 0, days: float = 0) -> None:
        """Move the stand-in's clock ahead."""
        moved = self.switches.clock_offset_seconds + seconds + days * DAY
        self.set(clock_offset_seconds=moved)

    def reset_switches(self) -> None:
        """Put every switch back to what the stand-in was started with."""
        self.switches = self._start
        self._begin_outage()

    def reset(self) -> None:
        """As newly started: switches back, everything forgotten, buckets full."""
        self.reset_switches()
        for kept in (self.authorizations, self.access_tokens, self.rate_limiter):
            kept.clear()
        for seen in (self.amazon_states, self.written, self.answered):
            seen.clear()

    def refresh_token(
        self, selling_partner_id: str, scope: str = "EU", granted_days_ago: float = 0
    ) -> str:
        """A refresh token as if granted so long ago; its seller is listed from now on.

        Raises ValueError if that is before 1970 or in the future.
        """
        if not 0 <= granted_days_ago * DAY <= self.now():
            raise ValueError("granted_days_ago: from 0 days back to 1970.")
        granted = int(self.now() - granted_days_ago * DAY)
        authorization = Authorization(selling_partner_id, scope, granted)
        self.authorizations.remember(authorization)
        return refresh_token_for(authorization)

    def count(self, path: str, status: int | None = None) -> int:
        """How many requests to paths ending so were answered (with this status) so far."""
        return sum(
            each.path.endswith(path) and status in (None, each.status)
            for each in tuple(self.answered)
        )

    def _begin_outage(self) -> None:
        self._out_until = self.now() + self.switches.out_for_seconds


def stand_in_of(connection: HTTPConnection) -> StandIn:
    """The stand-in a request came to."""
    return connection.app.state.stand_in
