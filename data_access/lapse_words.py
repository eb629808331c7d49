"""A lapse in words that an agent can read out and a seller can be sent, in six languages.

The same sentences serve the account's screen, in the agent's language, and messages, in the
seller's. Every figure in them is an estimate, and the sentences say so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_timezone_name

from data_access import amounts
from data_access.lapse_story import LapseStory
from data_access.texts import locale_of, translations
from rules.authorization import Job
from rules.consequences import Consequence, Happening

LOCALE = Path(__file__).parent / "locale"
TOLD_TO_SELLERS = (
    Happening.FIRST_ORDER_LATE,
    Happening.LATE_MARK_10,
    Happening.FIRST_AUTO_CANCELLATION,
    Happening.CANCELLATION_MARK,
    Happening.OUT_OF_REACH,
)
"""What a message tells of the future; half of the offers being stale means little to a seller."""


@dataclass(frozen=True)
class LapseWords:
    """Says a lapse in `language` ("de"; English where it is not spoken), times in `zone`."""

    language: str
    zone: ZoneInfo

    def happening(self, event: Consequence) -> str:
        """One event as a sentence."""
        say = self._say
        return {
            Happening.SYNC_STOPS: say(
                "Prices, stock and orders stop. Orders a day that are no longer imported: {n}."
            ),
            Happening.HALF_STOCK_STALE: say("Half of the offers show an outdated stock at Amazon."),
            Happening.HALF_PRICES_STALE: say(
                "Half of the offers show an outdated price at Amazon."
            ),
            Happening.FIRST_ORDER_LATE: say(
                "The first order is late: its ship-by date passes without a confirmation."
            ),
            Happening.LATE_MARK_10: say(
                "Late shipments pass Amazon's mark of 4% over 10 days; offers may be deactivated."
            ),
            Happening.LATE_MARK_30: say(
                "Late shipments pass Amazon's mark of 4% over 30 days; offers may be deactivated."
            ),
            Happening.FIRST_ORDER_OVERSOLD: say(
                "One order is probably oversold: bought at Amazon, but no longer in stock."
            ),
            Happening.FIRST_AUTO_CANCELLATION: say(
                "Amazon cancels the first order by itself, because no shipment was confirmed."
            ),
            Happening.CANCELLATION_MARK: say(
                "Cancellations pass Amazon's mark of 2.5% over 7 days; offers may be deactivated."
            ),
            Happening.OUT_OF_REACH: say(
                "From now on the oldest orders of the gap can no longer be fetched."
            ),
        }[event.happening].format(n=self.number(event.amount))

    def way_back(self, story: LapseStory) -> str:
        """How long catching up takes after a renewal at `story.until`."""
        started = story.catch_up[0].starts_at
        orders = next(job for job in story.catch_up if job.job is Job.ORDERS)
        return self._say(
            "Everything is up to date about {all} after the renewal: stock first, the orders "
            "after about {orders}, then prices."
        ).format(
            all=self.duration(story.up_to_date_at - started),
            orders=self.duration(orders.done_at - started),
        )

    def ahead(self, story: LapseStory, as_of: datetime) -> list[str]:
        """What is still to come if nothing is done, as far as it means something to a seller."""
        return [
            f"{self.day(event.at)}: {self.happening(event)}"
            for event in story.happenings
            if event.at > as_of and event.happening in TOLD_TO_SELLERS
        ]

    def day(self, at: datetime) -> str:
        """A calendar day in the zone."""
        return format_date(at.astimezone(self.zone), "long", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Day and time in the zone."""
        time = format_time(at.astimezone(self.zone), "short", locale=self.locale)
        return f"{self.day(at)}, {time}"

    def moment_with_zone(self, at: datetime) -> str:
        """Day, time and the zone by its name: 23 November 2026, 14:05 (Central European Time)."""
        zone = get_timezone_name(at.astimezone(self.zone), "long", locale=self.locale)
        return f"{self.moment(at)} ({zone})"

    def number(self, value: float) -> str:
        """A count, with decimals where it is small; never 0 where there is something."""
        return amounts.with_decimals(value, self.locale)

    def duration(self, length: timedelta) -> str:
        """A span in the largest unit that says it; at least a minute."""
        length = max(length, timedelta(minutes=1))
        return format_timedelta(length, granularity="minute", threshold=2, locale=self.locale)

    def _say(self, text: str) -> str:
        return translations(LOCALE, self.language).gettext(text)

    @property
    def locale(self) -> Locale:
        """How days, numbers and countries are written."""
        return locale_of(translations(LOCALE, self.language).language)
