"""The clock of our own client secret: a missed rotation stops every seller at once."""

from dataclasses import dataclass
from datetime import date, timedelta

LIFETIME_DAYS = 180
"""Amazon wants a new secret this often.

Source: https://developer-docs.amazon.com/sp-api/docs/rotating-your-apps-lwa-credentials
"""

WARN_AT = (90, 60, 30, 15, 7, 1)
"""Days left at which Amazon sends notices, and at which the desk warns.

Source: https://github.com/amzn/selling-partner-api-samples/issues/116
"""


@dataclass(frozen=True, slots=True)
class SecretClock:
    """When the secret expires, and the warning that is due (None while more than 90 days are left).

    warning  the smallest of WARN_AT that is reached, 0 where the secret has expired
    """

    expires_on: date
    days_left: int
    warning: int | None


def secret_clock(set_on: date, today: date) -> SecretClock:
    """The clock of a secret set on a day, as it stands on `today`."""
    expires_on = set_on + timedelta(days=LIFETIME_DAYS)
    left = (expires_on - today).days
    reached = [days for days in WARN_AT if left <= days]
    warning = 0 if left <= 0 else min(reached, default=None)
    return SecretClock(expires_on, left, warning)
