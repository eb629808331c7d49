"""Moments, days left and money as the viewer reads them, by Babel."""

from datetime import date, datetime

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal

from data_access.settings import settings
from pages.parts.viewer import Viewer
from rules.authorization import days_left, is_last_call


def moment(viewer: Viewer, at: datetime | None) -> str:
    """Date and time in the viewer's zone; the zone stands in the menu and in column heads."""
    if at is None:
        return "–"
    return format_datetime(at.astimezone(viewer.zone), "medium", locale=viewer.language)


def moment_with_zone(viewer: Viewer, at: datetime | None) -> str:
    """Date, time and the zone's name."""
    if at is None:
        return "–"
    return f"{moment(viewer, at)} {at.astimezone(viewer.zone):%Z}"


def day(viewer: Viewer, of: date) -> str:
    """A calendar day."""
    return format_date(of, "medium", locale=viewer.language)


def ago(viewer: Viewer, at: datetime, as_of: datetime) -> str:
    """How long ago, or how soon, in the largest unit that says it."""
    return format_timedelta(at - as_of, add_direction=True, locale=viewer.language)


def left(viewer: Viewer, expires_at: datetime | None, as_of: datetime) -> str:
    """Days left in words; the last 48 hours read "today or tomorrow"."""
    _, plural = viewer.text, viewer.plural
    if expires_at is None:
        return "–"
    if is_last_call(expires_at, as_of):
        return _("today or tomorrow")
    days = days_left(expires_at, as_of)
    if expires_at > as_of:
        return plural("{n} day left", "{n} days left", days).format(n=days)
    if days == 0:
        return _("since today")
    return plural("for {n} day", "for {n} days", -days).format(n=-days)


def number(viewer: Viewer, value: float) -> str:
    """A count with the viewer's separators."""
    return format_decimal(value, format="#,##0", locale=viewer.language)


def money(viewer: Viewer, value: float) -> str:
    """An amount in the vendor's currency, without cents."""
    return format_currency(
        value,
        settings().currency,
        format="¤ #,##0" if viewer.language == "en" else "#,##0 ¤",
        locale=viewer.language,
        currency_digits=False,
    )
