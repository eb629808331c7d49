"""Settings of the reminders: on which days, at which hours, and how often the desk looks."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_settings import NoDecode

from data_access.settings_checks import LONGEST_MINUTES, Bands


def _hours(value: object) -> tuple[int, int]:
    given = value.split("-") if isinstance(value, str) else value
    try:
        first, last = (int(each) for each in given)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        first, last = 0, 0
    if not 0 <= first < last <= 24:
        raise ValueError("must be two hours of a day, as 8-18")
    return first, last


Hours = Annotated[tuple[int, int], NoDecode, BeforeValidator(_hours)]


class ReminderSettings(BaseModel):
    """What an installation decides about its reminders."""

    remind_days: Bands = Field(
        (30, 14, 7, 3, 1),
        description="Days before expiry at which sellers are reminded; on the day itself always",
    )
    remind_weeks: int = Field(
        52, ge=0, le=520, description="For how many weeks after expiry the weekly reminder goes on"
    )
    remind_hours: Hours = Field(
        (8, 18), description="Reminders leave between these hours of the seller's day"
    )
    remind_every_minutes: int | None = Field(
        None,
        ge=0,
        # Further apart, they could fall into the night of a seller each time.
        le=60,
        description="How often the desk itself sends reminders, 60 at the most; 0: never, cron "
        "runs `manage.py remind`; unset: every 15 minutes where a mail server is set",
    )
    remind_late_after_minutes: int = Field(
        26 * 60,
        gt=0,
        le=LONGEST_MINUTES,
        description="When reminders that cron sends are late; the desk's own are after two of "
        "their intervals",
    )
