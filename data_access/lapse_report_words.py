"""The report of a lapse as headings and lines, in the languages of the desk's agents."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
from babel.dates import format_datetime, format_timedelta

from data_access import amounts
from data_access.funnel import Step
from data_access.lapse_report import LapseReport
from data_access.texts import locale_of, translations
from rules.consequences import JobTimes

LOCALE = Path(__file__).parent / "report_locale"
Line = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """A heading with lines of name and value."""

    heading: str
    lines: tuple[Line, ...]


class ReportWords:
    """Says a report in `language` (English where it is not spoken), times in `zone`."""

    def __init__(self, report: LapseReport, language: str, zone: ZoneInfo) -> None:
        texts = translations(LOCALE, language)
        self._report, self._zone, self._tell = report, zone, texts.gettext
        self.language = texts.language
        self._locale = locale_of(self.language)

    @property
    def title(self) -> str:
        """The heading of the page."""
        return self._tell("Lapse report")

    @property
    def summary(self) -> str:
        """The lapse in one sentence."""
        story = self._report.story
        return self._tell("Blocked for {time}: from {start} until {end}.").format(
            time=format_timedelta(story.until - story.blocked_from, locale=self._locale),
            start=self._moment(story.blocked_from),
            end=self._moment(story.until),
        )

    @property
    def note(self) -> str:
        """What the figures are worth."""
        tell = self._tell
        measured = [v for v in self._report.story.inputs.values() if v.measured]
        known = next((v.measured_at for v in measured if v.measured_at), None)
        text = tell("Figures are estimates from the seller's profile: {n} of {all} values measured")
        said = text.format(n=len(measured), all=len(self._report.story.inputs))
        if known is not None:
            said += " " + tell("on {day}").format(day=self._moment(known))
        assumed = len(measured) < len(self._report.story.inputs)
        return said + (", " + tell("the others assumed.") if assumed else ".")

    @property
    def parts(self) -> tuple[Part, ...]:
        """Everything below the summary."""
        tell = self._tell
        return (
            Part(tell("Account"), self._account()),
            Part(tell("What it cost (estimate)"), self._cost()),
            Part(tell("Caught up after the renewal (estimate)"), self._caught_up()),
            Part(tell("Not to be caught up (estimate)"), self._lost()),
            Part(tell("Renewal and reminders"), self._renewal()),
        )

    def _account(self) -> tuple[Line, ...]:
        a, tell = self._report.account, self._tell
        return (
            (tell("Seller"), f"{a.seller_name} ({a.customer_number})"),
            (tell("Shop"), f"{a.shop} {a.shop_url}".strip() or "–"),
            (tell("At Amazon"), f"{a.selling_partner_id} · {a.region} · {a.marketplaces}"),
        )

    def _cost(self) -> tuple[Line, ...]:
        effect, tell = self._report.story.effect, self._tell
        return (
            (tell("Orders not imported in time"), self._estimate(effect.orders_not_imported)),
            (tell("Their value"), amounts.money(effect.money_unseen, self._locale)),
            (tell("Orders late"), self._estimate(effect.orders_late)),
            (tell("Offers with an outdated price"), self._estimate(effect.offers_stale_price)),
            (tell("Offers with an outdated stock"), self._estimate(effect.offers_stale_stock)),
            (tell("Late shipments past 4% (10 days)"), self._mark(effect.late_mark_10_at)),
            (tell("Late shipments past 4% (30 days)"), self._mark(effect.late_mark_30_at)),
            (tell("Cancellations past 2.5% (7 days)"), self._mark(effect.cancellation_mark_at)),
        )

    def _caught_up(self) -> tuple[Line, ...]:
        story, tell = self._report.story, self._tell
        stock, orders, prices = story.catch_up
        synced = (
            tell("yes, last on {moment}").format(moment=self._moment(self._last_sync))
            if self._report.synced
            else tell("not seen yet")
        )
        return (
            (tell("Stock of offers sent again"), self._done(stock)),
            (tell("Orders fetched"), self._done(orders)),
            (tell("Prices of offers sent again"), self._done(prices)),
            (tell("A sync has succeeded since (measured)"), synced),
        )

    def _lost(self) -> tuple[Line, ...]:
        effect, tell = self._report.story.effect, self._tell
        return (
            (tell("Orders that stay late"), self._estimate(effect.orders_late)),
            (tell("Orders cancelled by Amazon"), self._estimate(effect.orders_auto_cancelled)),
            (tell("Orders oversold"), self._estimate(effect.orders_oversold)),
            (tell("Orders too old to be fetched"), self._estimate(effect.orders_beyond_reach)),
        )

    def _renewal(self) -> tuple[Line, ...]:
        report, tell = self._report, self._tell
        began_by = {
            "link": tell("through a renew link"),
            "amazon": tell("from Amazon's side"),
        }.get(report.started_by, report.started_by)
        who = ", ".join(each for each in (report.renewed_by, began_by) if each)
        lines = [
            (tell("Renewed by"), who or tell("not known")),
            (
                tell("Amazon's own notices (by its rule)"),
                " · ".join(self._day(at) for at in report.notices) or "–",
            ),
        ]
        names = {
            Step.MADE: tell("Link made"),
            Step.SENT: tell("Link sent"),
            Step.OPENED: tell("Link opened"),
            Step.CONSENTED: tell("Consent given"),
            Step.VERIFIED: tell("Call succeeded"),
        }
        for step in report.steps:
            agent = f" · {step['agent']}" if step["agent"] else ""
            times = f" · {step['times']} ×" if step["times"] > 1 else ""
            lines.append(
                (names[Step(step["step"])], self._moment(step["first_at"]) + times + agent)
            )
        if not report.steps:
            lines.append((tell("Our own reminders"), tell("none on record")))
        return tuple(lines)

    def _done(self, job: JobTimes) -> str:
        return self._tell("{n}, until {moment}").format(
            n=self._estimate(job.amount), moment=self._moment(job.done_at)
        )

    def _mark(self, at: pd.Timestamp) -> str:
        if pd.isna(at) or at > self._report.story.until:
            return self._tell("not passed")
        return self._moment(at.to_pydatetime())

    @property
    def _last_sync(self) -> datetime:
        return self._report.account.last_sync_at

    def _moment(self, at: datetime) -> str:
        text = format_datetime(at, "medium", tzinfo=self._zone, locale=self._locale)
        return f"{text} {at.astimezone(self._zone):%Z}"

    def _day(self, at: datetime) -> str:
        return format_datetime(at, "d MMM", tzinfo=self._zone, locale=self._locale)

    def _estimate(self, value: float) -> str:
        return amounts.estimate(value, self._locale)
