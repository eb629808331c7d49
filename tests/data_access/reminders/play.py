"""Forty-five days of sellers of all kinds, and a plain loop that says what each was to get.

The loop shares nothing with the ladder of the desk: it counts days by hand, seller after seller.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
START = datetime(2026, 10, 10, 8, tzinfo=UTC)
DAYS = 45
RUN_HOURS = (0, 12)
"""Hours after START's of each day's runs; each zone has one of them in its daytime."""

NEVER = datetime(2100, 1, 1, tzinfo=UTC)
ZONES = (
    "Europe/Berlin",
    "Europe/Warsaw",
    "America/Los_Angeles",
    "Asia/Kolkata",
    "Pacific/Auckland",
    "",
)
LANGUAGES = ("de", "en", "es", "fr", "it", "pl", "de-AT", "pt", "")


@dataclass
class Player:
    """One seller: their account, and what happens when. `until` moments are excluded."""

    expires_at: datetime
    zone: str
    language: str
    renewed_at: datetime = NEVER
    snoozed_at: datetime = NEVER
    snoozed_until: datetime = NEVER
    opted_out_at: datetime = NEVER
    opted_in_at: datetime = NEVER
    paused_at: datetime = NEVER
    refused_at: datetime = NEVER
    address: str = ""
    account: int = 0

    @property
    def local(self) -> ZoneInfo:
        """Their zone; that of the desk where none is known."""
        return ZoneInfo(self.zone or "UTC")


@dataclass(frozen=True)
class Trouble:
    """What goes wrong in the world, as moments from and until."""

    stopped: tuple[datetime, datetime] = (NEVER, NEVER)
    refusing: tuple[datetime, datetime] = (NEVER, NEVER)
    incident: tuple[datetime, datetime] = (NEVER, NEVER)


def days_from(first: float, last: float) -> tuple[datetime, datetime]:
    """From one day of the play to another."""
    return START + first * DAY, START + last * DAY


def is_in(moment: datetime, span: tuple[datetime, datetime]) -> bool:
    """Whether a moment lies in a span."""
    return span[0] <= moment < span[1]


def players(seed: int = 4) -> list[Player]:
    """Three dozen sellers; the same seed makes the same ones."""
    dice = random.Random(seed)
    cast = []
    for number in range(36):
        expires_at = START + timedelta(days=dice.uniform(-30, 70), minutes=number)
        who = Player(
            expires_at.replace(microsecond=0),
            ZONES[number % len(ZONES)],
            LANGUAGES[number % len(LANGUAGES)],
            address=f"seller{number}@shop.example",
        )

        def some_time() -> datetime:
            return START + timedelta(days=round(dice.uniform(1, DAYS - 5)), minutes=17)

        match number % 9:
            case 1 | 2:
                who.renewed_at = some_time()
            case 3:
                who.snoozed_at = some_time()
                who.snoozed_until = who.snoozed_at + 9 * DAY
            case 4:
                who.opted_out_at = some_time()
            case 5:
                who.opted_out_at = some_time()
                who.opted_in_at = who.opted_out_at + 11 * DAY
            case 6 if number > 18:
                who.paused_at = some_time()
            case 7 if number > 18:
                who.refused_at = START - DAY
            case 8 if number > 18:
                who.address = ""
        cast.append(who)
    return cast


def runs(trouble: Trouble) -> Iterator[datetime]:
    """The moments at which the job runs."""
    for day in range(DAYS):
        for hour in RUN_HOURS:
            moment = START + day * DAY + timedelta(hours=hour)
            if not is_in(moment, trouble.stopped):
                yield moment


def what_was_due(who: Player, trouble: Trouble) -> list[tuple[datetime, int, str]]:
    """Every mail that a seller was to get: the run it left in, its rung, its variant."""
    mails: list[tuple[datetime, int, str]] = []
    lowest = 1_000
    for moment in runs(trouble):
        here = moment.astimezone(who.local)
        days = (who.expires_at.astimezone(who.local).date() - here.date()).days
        rung = None
        for each in (30, 14, 7, 3, 1, 0, -7, -14, -21, -28, -35, -42, -49, -56, -63, -70):
            if days <= each:
                rung = each
        asleep = who.snoozed_at <= moment < who.snoozed_until and not (
            who.snoozed_at < who.expires_at <= moment
        )
        if (
            rung is None
            or rung >= lowest
            or not 8 <= here.hour < 18
            or not who.address
            or moment >= who.renewed_at
            or moment >= who.paused_at
            or who.opted_out_at <= moment < who.opted_in_at
            or (moment >= who.refused_at and moment < who.expires_at)
            or asleep
            or is_in(moment, trouble.incident)
            or is_in(moment, trouble.refusing)
        ):
            continue
        lowest = rung
        mails.append((moment, rung, "expired" if who.expires_at <= moment else "expiring"))
    return mails
