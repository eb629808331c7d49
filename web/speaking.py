"""The seller's language and zone: which one, and how dates and countries read in it."""

import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_name
from starlette.requests import Request

from data_access.marketplaces import country_name, country_names
from data_access.texts import first_spoken, languages, locale_of, primary, translations
from data_access.zones import zone_of

LOCALE = Path(__file__).parent / "locale"


@dataclass(frozen=True, slots=True)
class Speech:
    """How a page speaks.

    texts    the translations, in the language that is shown
    locale   of that language, for dates and countries
    zone     the seller's zone
    wanted   the name of the seller's language in English, where we do not speak it; else ""
    """

    texts: gettext.NullTranslations
    locale: Locale
    zone: ZoneInfo
    wanted: str = ""

    @property
    def language(self) -> str:
        """The code of the language that is shown."""
        return self.texts.language

    def day(self, moment: datetime) -> str:
        """As 23 November 2026, in the seller's zone and language."""
        return format_date(moment.astimezone(self.zone), "long", locale=self.locale)

    def moment(self, moment: datetime) -> str:
        """Day, time and the zone by its name: 23 November 2026, 14:05 (Central European Time)."""
        local = moment.astimezone(self.zone)
        time = format_time(local, "short", tzinfo=self.zone, locale=self.locale)
        zone = get_timezone_name(local, width="long", locale=self.locale)
        return f"{self.day(moment)}, {time} ({zone})"

    def country(self, code: str) -> str:
        """A marketplace's country in the seller's language."""
        return country_name(code, self.locale)

    def countries(self, codes: Sequence[str]) -> str:
        """Several of them, as a list reads: "France, Germany and Italy"."""
        return country_names(codes, self.locale)

    def offered(self) -> list[tuple[str, str]]:
        """Every language that we speak: code, and its own name for itself."""
        return [
            (code, Locale(code).get_display_name(code).capitalize()) for code in languages(LOCALE)
        ]


def speech_for(request: Request, language: str = "", time_zone: str = "") -> Speech:
    """How to speak to whoever asks: by ?lang=, else the seller's language, else the browser's."""
    asked = request.query_params.get("lang", "")
    if asked in languages(LOCALE):
        return _speech(asked, time_zone)
    accepted = request.headers.get("accept-language", "")
    return _speech(language or first_spoken(accepted, LOCALE), time_zone)


@lru_cache(maxsize=1_000)
def _speech(language: str, time_zone: str) -> Speech:
    texts = translations(LOCALE, language)
    spoken = primary(language)
    wanted = "" if not spoken or texts.language == spoken else _name(spoken)
    return Speech(texts, locale_of(texts.language), zone_of(time_zone), wanted)


def _name(language: str) -> str:
    try:
        return Locale.parse(language).get_display_name("en") or language
    except (UnknownLocaleError, ValueError):
        return ""
