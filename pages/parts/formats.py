"""Moments, days left and money as the viewer reads them, by Babel."""

from datetime import date, datetime, time
from functools import lru_cache
from math import copysign

import pandas as pd
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    format_timedelta,
    get_date_format,
)
from babel.numbers import format_compact_currency, format_decimal, format_percent

from data_access import amounts
from data_access.settings import settings
from pages.parts.viewer import Viewer
from rules.authorization import days_left, is_last_call


def known(at: datetime | None) -> datetime | None:
    """A moment out of a frame: pandas keeps a missing one as NaT, which is no None."""
    return None if pd.isna(at) else at


def moment(viewer: Viewer, at: datetime | None) -> str:
    """Date and time in the viewer's zone; the zone stands in the menu and in column heads."""
    if at is None:
        return "–"
    local = at.astimezone(viewer.zone)
    return f"{day(viewer, local.date())}, {clock(viewer, local)}"


def moment_with_seconds(viewer: Viewer, at: datetime) -> str:
    """Date and time to the second in the viewer's zone, for where the order matters."""
    local = at.astimezone(viewer.zone)
    return f"{day(viewer, local.date())}, {format_time(local, 'medium', locale=viewer.locale)}"


def clock_after(viewer: Viewer, start: datetime, at: datetime) -> str:
    """A moment after another: only the time, if it is on the same day."""
    local = at.astimezone(viewer.zone)
    if local.date() != start.astimezone(viewer.zone).date():
        return moment(viewer, at)
    return clock(viewer, local)


def clock(viewer: Viewer, local: datetime) -> str:
    """The time of a moment in the zone it carries."""
    return _clock(local.time().replace(second=0, microsecond=0), viewer.locale)


def moment_with_zone(viewer: Viewer, at: datetime | None) -> str:
    """Date, time and the zone's name."""
    if at is None:
        return "–"
    return f"{moment(viewer, at)} {at.astimezone(viewer.zone):%Z}"


def day(viewer: Viewer, of: date) -> str:
    """A calendar day."""
    return _day(of, viewer.locale)


def typed_day(viewer: Viewer) -> str:
    """How a day is typed, as Streamlit's fields want it said: as the viewer writes days, or by ISO
    where that is with slashes, which are read either way round."""
    dotted = get_date_format("short", viewer.locale).pattern.startswith("dd.")
    return "DD.MM.YYYY" if dotted else "YYYY-MM-DD"


def month(viewer: Viewer, of: date) -> str:
    """A calendar month."""
    return format_date(of, "MMMM yyyy", locale=viewer.locale)


def short_month(viewer: Viewer, of: date) -> str:
    """A calendar month for the axis of a chart."""
    return format_skeleton("yMMM", of, locale=viewer.locale)


def short_day(viewer: Viewer, of: date) -> str:
    """A calendar day without its year, for where the year is plain."""
    return _short_day(of, viewer.locale)


def ago(viewer: Viewer, at: datetime, as_of: datetime) -> str:
    """How long ago, or how soon, in the largest unit that says it."""
    return format_timedelta(at - as_of, add_direction=True, locale=viewer.locale)


def left(viewer: Viewer, expires_at: datetime | None, as_of: datetime) -> str:
    """Days left in words; today and tomorrow, within the last 48 hours, read so."""
    _, plural = viewer.text, viewer.plural
    if expires_at is None:
        return "–"
    if is_last_call(expires_at, as_of):
        return _("today or tomorrow")
    days = days_left(expires_at, as_of)
    if expires_at > as_of:
        return plural("{n} day left", "{n} days left", days).format(n=days)
    if days == 0:
        return _("lapsed today")
    return plural("{n} day ago", "{n} days ago", -days).format(n=-days)


def weekday(viewer: Viewer, of: date) -> str:
    """A near calendar day as it is said on the phone, with its weekday."""
    return format_skeleton("MMMEd", of, locale=viewer.locale)


def number(viewer: Viewer, value: float) -> str:
    """A count with the viewer's separators."""
    return amounts.number(value, viewer.locale)


def estimate(viewer: Viewer, value: float) -> str:
    """An estimated count; one that is neither nothing nor a whole one says so: < 1."""
    return amounts.estimate(value, viewer.locale)


def about(viewer: Viewer, value: float) -> str:
    """The same within a sentence that does not say that it is an estimate: ≈ 12, or < 1."""
    said = estimate(viewer, value)
    return said if said.startswith("<") else f"≈ {said}"


def decimal(viewer: Viewer, value: float) -> str:
    """A number with as many decimals as say something, two at most."""
    return format_decimal(value, format="#,##0.##", locale=viewer.locale)


def percent(viewer: Viewer, share: float) -> str:
    """A share, or a change of one, as a percentage: a whole one, but a little never reads as
    nothing, nor all but a little as all."""
    tells_too_little = 0 < abs(share) < 0.01 or 0.99 < abs(share) < 1
    said = round(share, 2)
    if tells_too_little:
        said = copysign(min(max(round(abs(share), 3), 0.001), 0.999), share)
    return format_percent(said, locale=viewer.locale, decimal_quantization=False)


def exact_percent(viewer: Viewer, share: float) -> str:
    """The same for what somebody else reckons with: up to three places after the point."""
    return format_percent(round(share, 5), locale=viewer.locale, decimal_quantization=False)


def money(viewer: Viewer, value: float) -> str:
    """An amount in the vendor's currency, without cents; a few of them are less than one: < €1."""
    return amounts.money(value, viewer.locale)


def short_money(viewer: Viewer, value: float) -> str:
    """An amount as it is said: €2.8M; whole where the language has no short form for it."""
    short = format_compact_currency(
        value, settings().currency, locale=viewer.locale, fraction_digits=1
    )
    return money(viewer, value) if str(int(abs(value))) in short else short


def plain(text: str) -> str:
    """A seller's text for a place that reads Markdown: nothing in it is markup."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~:$^=" else c for c in text)


# A table writes the same days and hours at every run; Babel looks all of its rules up each time.
_remembered = lru_cache(maxsize=10_000)


@_remembered
def _day(of: date, locale: str) -> str:
    return format_date(of, "medium", locale=locale)


@_remembered
def _short_day(of: date, locale: str) -> str:
    return format_skeleton("MMMd", of, locale=locale)


@_remembered
def _clock(of: time, locale: str) -> str:
    return format_time(of, "short", locale=locale)
