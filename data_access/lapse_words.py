"""A lapse in words that an agent can read out and a seller can be sent, in six languages.

The same sentences serve the account's screen, in the agent's language, and the letter, in the
seller's. Every figure in them is an estimate, and the sentences say so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_decimal

from data_access.lapse_story import LapseStory
from data_access.settings import settings
from data_access.texts import languages, translations
from rules.consequences import Consequence, Happening, Job

LOCALE = Path(__file__).parent / "locale"
LETTER_EVENTS = (
    Happening.FIRST_ORDER_LATE,
    Happening.LATE_MARK_10,
    Happening.FIRST_AUTO_CANCELLATION,
    Happening.CANCELLATION_MARK,
    Happening.OUT_OF_REACH,
)
"""What a letter tells of the future; half of the offers being stale means little to a seller."""


def spoken_languages() -> tuple[str, ...]:
    """The languages of these words."""
    return languages(LOCALE)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter names beside the lapse: whom, which shop, the link, and the cause."""

    contact: str
    shop: str
    link: str
    refused: bool = False


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
                "Late shipments pass Amazon's mark of 4 % over 10 days; offers may be deactivated."
            ),
            Happening.LATE_MARK_30: say(
                "Late shipments pass Amazon's mark of 4 % over 30 days; offers may be deactivated."
            ),
            Happening.FIRST_ORDER_OVERSOLD: say(
                "One order is probably oversold: bought at Amazon, but no longer in stock."
            ),
            Happening.FIRST_AUTO_CANCELLATION: say(
                "Amazon cancels the first order by itself, because no shipment was confirmed."
            ),
            Happening.CANCELLATION_MARK: say(
                "Cancellations pass Amazon's mark of 2.5 % over 7 days; offers may be deactivated."
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

    def letter(self, story: LapseStory, to: Letter, as_of: datetime) -> str:
        """What the seller is sent, as plain text."""
        say, effect = self._say, story.effect
        lapsed = story.blocked_from <= as_of
        lines = [
            say("Hello {name},").format(name=to.contact) if to.contact else say("Hello,"),
            "",
            self._what_happened(story, to, lapsed),
        ]
        if lapsed:
            lines += [
                say("Since then prices, stock and orders are not exchanged. Our estimate:"),
                "- " + say("orders not imported yet: {n}").format(
                    n=self.number(effect.orders_not_imported)
                ),
                "- " + say("offers with an outdated stock at Amazon: {n}").format(
                    n=self.number(effect.offers_stale_stock)
                ),
                "- " + say("offers with an outdated price at Amazon: {n}").format(
                    n=self.number(effect.offers_stale_price)
                ),
            ]  # fmt: skip
        else:
            lines.append(say("From then on prices, stock and orders would not be exchanged."))
        ahead = [e for e in story.happenings if e.at > as_of and e.happening in LETTER_EVENTS]
        if ahead:
            lines += ["", say("What we expect if nothing is done:")]
            lines += [f"- {self.day(event.at)}: {self.happening(event)}" for event in ahead]
        lines += ["", say("Please renew it here; it takes about two minutes:"), to.link]
        if lapsed:
            by_hand = say("Until then please work off your open orders in Seller Central by hand.")
            lines += ["", self.way_back(story), by_hand]
        return "\n".join(lines)

    def day(self, at: datetime) -> str:
        """A calendar day in the zone."""
        return format_date(at.astimezone(self.zone), "long", locale=self._locale)

    def moment(self, at: datetime) -> str:
        """Day and time in the zone."""
        time = format_time(at.astimezone(self.zone), "short", locale=self._locale)
        return f"{self.day(at)}, {time}"

    def number(self, value: float) -> str:
        """A count, or with a decimal where it is small."""
        shape = "#,##0" if value >= 10 or value == round(value) else "#,##0.#"
        return format_decimal(value, format=shape, locale=self._locale)

    def duration(self, length: timedelta) -> str:
        """A span in the largest unit that says it; at least a minute."""
        length = max(length, timedelta(minutes=1))
        return format_timedelta(length, granularity="minute", threshold=2, locale=self._locale)

    def _what_happened(self, story: LapseStory, to: Letter, lapsed: bool) -> str:
        say = self._say
        if lapsed and to.refused:
            text = say("Amazon has refused the access of {application} to {shop} since {day}.")
        elif lapsed:
            text = say("your permission for {application} at Amazon ({shop}) expired on {day}.")
        else:
            text = say("your permission for {application} at Amazon ({shop}) expires on {day}.")
        return text.format(
            application=settings().application_name,
            shop=to.shop,
            day=self.day(story.blocked_from),
        )

    def _say(self, text: str) -> str:
        return translations(LOCALE, self.language).gettext(text)

    @property
    def _locale(self) -> Locale:
        spoken = translations(LOCALE, self.language).language
        return Locale.parse("en_GB" if spoken == "en" else spoken)
