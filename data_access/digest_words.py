"""A digest in words: as a mail in text and HTML, and in a few lines for the chat.

Text and HTML are made of the same sentences. What a seller wrote is text in both: it keeps to its
line, and HTML escapes it. The chat gets numbers alone, and no seller's name.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
from babel.dates import format_date, format_time
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from data_access import amounts
from data_access.addresses import account_url, today_url
from data_access.digest_content import Digest, Part
from data_access.incidents import Incident, Kind
from data_access.mails import Mail, one_line
from data_access.settings import settings
from data_access.texts import locale_of, translations
from data_access.work_list import Group
from rules.harm import Reason, reasons_in

LOCALE = Path(__file__).parent / "digest_locale"
TEMPLATES = Path(__file__).parent / "templates" / "digest"
MOST_REASONS = 2

_html = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An account: its seller, what is said of it, and where the desk shows it."""

    seller: str
    said: str
    link: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the mail with its heading; more: a sentence where not all are named."""

    heading: str
    entries: tuple[Entry, ...]
    more: str


class DigestWords:
    """Says a digest in the language of the settings; days and hours in the digest's own zone."""

    def __init__(self, digest: Digest) -> None:
        texts = translations(LOCALE, settings().language)
        self._digest, self._say, self._count = digest, texts.gettext, texts.ngettext
        self.language = texts.language
        self._locale = locale_of(self.language)

    @property
    def subject(self) -> str:
        """What the mail is about, its most important figure in it."""
        say, day = self._say, self._day(self._digest.as_of)
        if not self._digest.blocked:
            return say("Renewal Desk, {day}: nobody is blocked").format(day=day)
        return self._count(
            "Renewal Desk, {day}: {n} account blocked, {cost}",
            "Renewal Desk, {day}: {n} accounts blocked, {cost}",
            self._digest.blocked,
        ).format(day=day, n=self._number(self._digest.blocked), cost=self._loss)

    @property
    def lead(self) -> tuple[str, ...]:
        """What comes first: what is blocked, and what is wrong with the desk or at Amazon."""
        return (*map(self._incident, self._digest.incidents), self._blocked, *self._troubles())

    def sections(self) -> Iterator[Section]:
        """The parts that there is something in."""
        say, digest = self._say, self._digest
        for heading, part, said in (
            (say("Call first"), digest.call, self._why),
            (say("Promised for today or earlier"), digest.groups[Group.PROMISES], self._promised),
            (say("Newly expired"), digest.groups[Group.EXPIRED], self._expired),
            (say("Renewed"), digest.groups[Group.RENEWED], self._renewed),
        ):
            if part.in_all:
                yield Section(heading, tuple(self._entries(part, said)), self._more(part))

    def mail(self) -> Mail:
        """The whole mail, in text and HTML."""
        sections = list(self.sections())
        parts = ["\n".join(self.lead)]
        for section in sections:
            lines = [f"{section.heading}\n{'-' * len(section.heading)}"]
            lines += [f"{each.seller}\n  {each.said}\n  {each.link}" for each in section.entries]
            parts.append("\n".join(lines + ([section.more] if section.more else [])))
        parts += [f"{self._today_label}:\n{today_url()}", f"-- \n{self._foot}"]
        html = _html.get_template("digest.html").render(
            language=self.language,
            subject=self.subject,
            lead=self.lead,
            sections=sections,
            today=today_url(),
            today_label=self._today_label,
            foot=self._foot,
        )
        return Mail(self.subject, "\n\n".join(parts) + "\n", html, automatic=True)

    def short(self) -> tuple[str, str]:
        """Title and text for the chat: how many of each, and where to go on."""
        promised, expired, renewed = (
            self._digest.groups[each].in_all
            for each in (Group.PROMISES, Group.EXPIRED, Group.RENEWED)
        )
        numbers = self._say(
            "Promised for today or earlier: {promised} · newly expired: {expired} · "
            "renewed: {renewed}"
        ).format(
            promised=self._number(promised),
            expired=self._number(expired),
            renewed=self._number(renewed),
        )
        return self.subject, "\n".join((*self.lead, numbers, today_url()))

    @property
    def _blocked(self) -> str:
        if not self._digest.blocked:
            if self._digest.is_quiet:
                return self._say("Nobody is blocked, and nothing has to be done.")
            return self._say("Nobody is blocked.")
        return self._count(
            "{n} account is blocked now: no prices, no stock, no orders. It costs {cost} "
            "(estimate).",
            "{n} accounts are blocked now: no prices, no stock, no orders. They cost {cost} "
            "(estimate).",
            self._digest.blocked,
        ).format(n=self._number(self._digest.blocked), cost=self._loss)

    def _incident(self, incident: Incident) -> str:
        since = self._moment(incident.opened_at)
        if incident.kind is Kind.OUR_CREDENTIALS:
            text = self._say(
                "Incident: Amazon does not accept our own client id or secret since {since}. Write "
                "to no seller."
            )
        else:
            text = self._say(
                "Incident: {n} accounts were refused at once since {since}. Write to no seller."
            )
        return text.format(since=since, n=self._number(incident.accounts))

    def _troubles(self) -> Iterator[str]:
        if self._digest.reminders_late:
            yield self._say("The reminders to sellers are late: see the screen Data.")
        if self._digest.failed:
            yield self._count(
                "{n} message failed in the last seven days: see the screen Messages.",
                "{n} messages failed in the last seven days: see the screen Messages.",
                self._digest.failed,
            ).format(n=self._number(self._digest.failed))

    def _entries(self, part: Part, said: Callable[[object], str]) -> Iterator[Entry]:
        for row in part.rows.itertuples():
            yield Entry(one_line(row.seller_name), said(row), account_url(row.id))

    def _more(self, part: Part) -> str:
        rest = part.in_all - len(part.rows)
        if not rest:
            return ""
        return self._count("and {n} more", "and {n} more", rest).format(n=self._number(rest))

    def _why(self, row: Any) -> str:
        reasons = [self._reasons()[each] for each in reasons_in(int(row.reasons))]
        reasons = [each for each in reasons if each][:MOST_REASONS]
        return " · ".join([self._expiry(row), self._cost(row.loss_per_day), *reasons])

    def _reasons(self) -> dict[Reason, str]:
        say = self._say
        # That it is blocked or expires soon is said by the date before.
        return {
            Reason.BLOCKED_NOW: "",
            Reason.EXPIRES_WITHIN_WEEK: "",
            Reason.LAPSED_BEFORE: say("lapsed before"),
            Reason.NO_REACTION_TO_REMINDERS: say("no reaction to reminders"),
            Reason.OPENED_LINK_WITHOUT_RENEWING: say("opened the link, did not renew"),
            Reason.LARGE_LOSS_PER_DAY: say("large loss"),
            Reason.SHIPS_ITSELF: say("ships itself"),
        }

    def _expiry(self, row: Any) -> str:
        say, expires_at = self._say, row.expires_at
        if row.status == "refused" and not pd.isna(row.refused_at):
            return say("refused since {day}").format(day=self._day(row.refused_at))
        if pd.isna(expires_at):
            return say("without a known expiry")
        text = say("expires on {day}")
        if expires_at <= self._digest.as_of:
            text = say("expired on {day}")
        return text.format(day=self._day(expires_at))

    def _promised(self, row: Any) -> str:
        promised = row.case.promised_for if row.case else None
        day = format_date(promised, "long", self._locale) if promised else "–"
        return self._say("promised for {day}").format(day=day) + f" · {self._expiry(row)}"

    def _expired(self, row: Any) -> str:
        return f"{self._expiry(row)} · {self._cost(row.loss_per_day)}"

    def _renewed(self, row: Any) -> str:
        return self._say("renewed") + f" · {self._expiry(row)}"

    @property
    def _loss(self) -> str:
        return self._cost(self._digest.loss_per_day)

    @property
    def _today_label(self) -> str:
        return self._say("Open today's list")

    @property
    def _foot(self) -> str:
        whose = self._say("The accounts that you hold, as of {at}. New since {since}.")
        everybody = self._say("All accounts, as of {at}. New since {since}.")
        return (whose if self._digest.owner else everybody).format(
            at=self._moment(self._digest.as_of), since=self._moment(self._digest.since)
        )

    def _number(self, value: int) -> str:
        return amounts.number(value, self._locale)

    def _cost(self, a_day: float) -> str:
        if amounts.is_little(a_day):
            return self._say("less than {money} a day").format(money=amounts.money(1, self._locale))
        return self._say("about {money} a day").format(money=amounts.money(a_day, self._locale))

    def _day(self, moment: datetime) -> str:
        return format_date(self._local(moment).date(), "long", self._locale)

    def _moment(self, moment: datetime) -> str:
        here = self._local(moment)
        return (
            f"{self._day(moment)}, {format_time(here.timetz(), 'short', locale=self._locale)} "
            + (here.tzname() or "")
        )

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._digest.as_of.tzinfo)
