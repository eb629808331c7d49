"""The calendar of expiries: an all-day entry for each account, or one a day where they are many.

An entry is known by its account, so it moves when the account is renewed; what is no longer in the
feed (paused, renewed long ago) a calendar program takes out by itself. All-day, because the very
moment of a lapse is not published. No personal data but the seller's name goes in, and no link that
does anything.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from uuid import NAMESPACE_URL, uuid5

from icalendar import Calendar, Event, vDuration
from sqlalchemy import Connection, Engine, Row, Select, func, select

from data_access.addresses import account_url, whole_address
from data_access.database import reading
from data_access.mails import one_line
from data_access.schema import authorization, event
from data_access.settings import settings
from data_access.texts import translations
from data_access.timeline import timeline
from rules.account_filter import AccountFilter
from rules.authorization import Status
from rules.days import day_start

LOCALE = Path(__file__).parent / "calendar_locale"
PAST = timedelta(days=30)
"""How long an expired account stays in view, and how long a renewed one at its new day."""

REFRESH = timedelta(hours=1)
LISTED = (Status.EXPIRED, Status.REFUSED, Status.EXPIRING, Status.VERIFYING, Status.ACTIVE)
MOVING = ("granted", "renewed", "changed")
"""The events that may move an expiry."""

_a = authorization.c
_e = event.c
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a calendar program gets: the text of the calendar, and what names this state of it."""

    body: bytes
    etag: str


def calendar_feed(owner: str, now: datetime, of: Engine | None = None) -> Feed:
    """The expiries of the accounts of `owner`, or of all for "". Raises DatabaseAway."""
    as_of = now.astimezone(settings().zone)
    most = settings().calendar_entries
    with reading(of) as connection:
        rows = _accounts(connection, owner, as_of, most + 1)
    calendar = _calendar(owner)
    if len(rows) <= most:
        entries: Iterable[Event] = (_entry(row, as_of) for row in rows)
    else:
        entries = _days(owner, as_of, of)
    for each in entries:
        calendar.add_component(each)
    body = calendar.to_ical()
    return Feed(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _accounts(connection: Connection, owner: str, as_of: datetime, most: int) -> list[Row]:
    """The accounts in view: expiring in its time, or renewed so lately that their entry moves."""
    first = day_start(as_of.date() - PAST, as_of.tzinfo)
    after = day_start(as_of.date() + timedelta(days=settings().calendar_days + 1), as_of.tzinfo)
    expiring = _rows(owner, as_of).where(_a.expires_at >= first, _a.expires_at < after)
    renewed = _rows(owner, as_of).where(_a.granted_at >= as_of - PAST, _a.expires_at.is_not(None))
    # Two statements, as each has an index of its own.
    found = {
        row.id: row
        for chosen, order in ((expiring, _a.expires_at), (renewed, _a.granted_at))
        for row in connection.execute(chosen.order_by(order).limit(most))
    }
    return sorted(found.values(), key=lambda row: (row.expires_at, row.id))


def _rows(owner: str, as_of: datetime) -> Select:
    moved = (
        select(func.max(_e.at))
        .where(_e.authorization_id == _a.id, _e.kind.in_(MOVING))
        .scalar_subquery()
    )
    chosen = select(
        _a.id,
        _a.seller_name,
        _a.region,
        _a.marketplaces,
        _a.granted_at,
        _a.expires_at,
        moved.label("moved_at"),
    ).where(~_a.paused, _a.granted_at <= as_of)
    return chosen.where(_a.owner == owner) if owner else chosen


def _entry(row: Row, as_of: datetime) -> Event:
    say = _texts()
    moved_at = max(row.granted_at, row.moved_at or row.granted_at)
    # No line may hold a break or a control character; the library escapes the rest.
    seller = one_line(row.seller_name)
    if row.expires_at <= as_of:
        # It reads otherwise from then on, which no event tells.
        moved_at = max(moved_at, row.expires_at)
        summary = say("Authorization expired: {seller}").format(seller=seller)
        what = say("Prices, stock and orders are blocked until the seller renews.")
    else:
        summary = say("Authorization expires: {seller}").format(seller=seller)
        what = say(
            "Amazon does not publish the moment; it may come at any time in the last two days."
        )
    where = " · ".join(each for each in (row.region, row.marketplaces.replace(",", ", ")) if each)
    return _all_day(
        f"account-{row.id}",
        row.expires_at.astimezone(as_of.tzinfo).date(),
        moved_at,
        summary,
        f"{where}\n{what}",
        account_url(row.id),
    )


def _days(owner: str, as_of: datetime, of: Engine | None) -> Iterable[Event]:
    """One entry a day with the number of accounts, out of the rollup."""
    say, count = _texts(), _counting_texts()
    wanted = AccountFilter(statuses=LISTED, owners=(owner,) if owner else ())
    bars = timeline(wanted, as_of, by_day=True, bands=settings().bands, of=of).bars
    per_day: Counter[date] = Counter()
    for bar in bars:
        if bar.is_shown:
            per_day[bar.start] += bar.accounts
    first, last = as_of.date() - PAST, as_of.date() + timedelta(days=settings().calendar_days)
    for day in sorted(day for day in per_day if first <= day <= last):
        listed = AccountFilter(
            statuses=LISTED, owners=wanted.owners, expires_from=day, expires_to=day
        )
        yield _all_day(
            f"day-{day}",
            day,
            day_start(as_of.date(), UTC),
            count("{n} authorization expires", "{n} authorizations expire", per_day[day]).format(
                n=per_day[day]
            ),
            say(
                "There are more than {most} accounts, too many to name here; the link opens those "
                "of this day."
            ).format(most=settings().calendar_entries),
            whole_address(f"/?{urlencode(listed.to_query())}"),
        )


def _all_day(
    name: str, day: date, moved_at: datetime, summary: str, description: str, url: str
) -> Event:
    """An entry that is the same each time it is written, until its account moves or lapses."""
    moved_at = moved_at.astimezone(UTC).replace(microsecond=0)
    return Event.new(
        uid=f"{name}@{urlsplit(settings().public_url).hostname}",
        # Without a METHOD both stamps are the time of the last change (RFC 5545, 3.8.7.2).
        stamp=moved_at,
        last_modified=moved_at,
        # Rises whenever the entry changes, and needs no counter: minutes since 2020.
        sequence=max(int((moved_at - _EPOCH).total_seconds()) // 60, 0),
        start=day,
        end=day + timedelta(days=1),
        summary=summary,
        description=description,
        url=url,
        # Nobody is busy all day because an authorization expires.
        transparency="TRANSPARENT",
    )


def _calendar(owner: str) -> Calendar:
    say = _texts()
    name = say("Expiries of {owner}").format(owner=one_line(owner)) if owner else say("Expiries")
    calendar = Calendar.new(
        prodid="-//Renewal Desk//Expiries//EN",
        # The same each time, or no program could tell that nothing has changed.
        uid=str(uuid5(NAMESPACE_URL, f"{settings().public_url}/calendar/{owner}")),
        name=f"{name} · {one_line(settings().application_name)}",
    )
    # RFC 7986 wants the type said; Outlook and older programs read the other one.
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESH))
    return calendar


def _texts():
    return translations(LOCALE, settings().language).gettext


def _counting_texts():
    return translations(LOCALE, settings().language).ngettext
