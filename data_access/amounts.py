"""Numbers and money as people read them; a little of something never reads as nothing."""

from functools import lru_cache

from babel import Locale
from babel.numbers import format_currency, format_decimal

from data_access.settings import settings

# A table writes the same ones at every run; Babel looks all of its rules up each time.
_remembered = lru_cache(maxsize=10_000)


@_remembered
def number(value: float, locale: str | Locale) -> str:
    """A whole number with its separators."""
    return format_decimal(value, format="#,##0", locale=locale)


def estimate(value: float, locale: str | Locale) -> str:
    """An estimated count without decimals; "< 1" where it is less than one and not nothing."""
    return f"< {number(1, locale)}" if is_little(value) else number(value, locale)


def with_decimals(value: float, locale: str | Locale) -> str:
    """A count of a single account, which may be small: with up to two decimals, fewer the larger it
    is, and "< 0.01" below that."""
    if 0 < value < 0.01:
        return f"< {with_decimals(0.01, locale)}"
    decimals = 0 if value >= 10 else 1 if value >= 0.1 else 2
    return format_decimal(round(value, decimals), format="#,##0.##", locale=locale)


def money(value: float, locale: str | Locale) -> str:
    """An amount in the vendor's currency, without cents; "< €1" where it is less than one."""
    whole, less = (1, "< ") if is_little(value) else (round(value), "")
    return less + _money(whole, settings().currency, locale)


def is_little(value: float) -> bool:
    """Whether an estimate is less than one and not nothing.

    Rounded to cents first: a sum of fractions may be 0.9999 or 0.0001, and is one or nothing then.
    """
    return 0 < round(value, 2) < 1


@_remembered
def _money(value: int, currency: str, locale: str | Locale) -> str:
    # Babel's own patterns have cents.
    pattern = "¤#,##0" if Locale.parse(locale).language == "en" else "#,##0 ¤"
    return format_currency(value, currency, pattern, locale, currency_digits=False)
