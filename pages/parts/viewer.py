"""Who looks, from where, in which language, and when: what every screen asks first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st
from babel import Locale, UnknownLocaleError

from data_access.database import DatabaseAway
from data_access.login_sessions import NOBODY
from data_access.settings import settings
from data_access.texts import languages, translations
from pages.parts import identity
from pages.parts.away import stop_until_it_answers
from rules.acts import Act, Actor, Role

LOCALE = Path(__file__).resolve().parent.parent / "locale"
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch"}


@dataclass(frozen=True)
class Viewer:
    """One person at one browser.

    name      who acts, as it is written into links and events
    role      what they may do
    language  of the screens
    locale    how dates and numbers are written: the browser's, where it is of that language
    zone      where days begin for them
    """

    name: str
    role: Role
    language: str
    locale: str
    zone: ZoneInfo

    @property
    def actor(self) -> Actor:
        """The viewer as the one who does something."""
        return Actor(self.name, self.role)

    def may(self, act: Act) -> bool:
        """Whether their role is enough for `act`."""
        return self.actor.may(act)

    @property
    def text(self) -> Callable[[str], str]:
        """Translates a text of the screens."""
        return translations(LOCALE, self.language).gettext

    @property
    def plural(self) -> Callable[[str, str, int], str]:
        """Translates a text that counts something."""
        return translations(LOCALE, self.language).ngettext

    @property
    def as_parameters(self) -> dict[str, str]:
        """How they see things, for an address that is read with `viewer_of`."""
        return {
            "viewer_language": self.language,
            "viewer_locale": self.locale,
            "viewer_zone": self.zone.key,
        }

    def now(self) -> datetime:
        """This moment in their zone."""
        return datetime.now(UTC).astimezone(self.zone)


def require_viewer() -> Viewer:
    """The viewer, or the end of the page: the first line of every page, however it was reached.

    The gate (web/login_gate.py) has looked before, and this does not rely on it.
    """
    try:
        actor = _who()
    except DatabaseAway:
        stop_until_it_answers(_viewer(NOBODY).text)
    if actor is None:
        _refuse(_viewer(NOBODY))
    return _viewer(actor)


def _who() -> Actor | None:
    if not settings().login:
        return NOBODY
    login = identity.signed_in()
    return login.actor if login else None


def _refuse(stranger: Viewer) -> NoReturn:
    """Ends the page before anything of a seller is drawn."""
    _ = stranger.text
    st.info(_("You are not signed in, or have no role any more."), icon=":material/lock:")
    st.link_button(_("Sign in"), "/sign-in", icon=":material/login:")
    st.stop()


def _viewer(actor: Actor) -> Viewer:
    """The viewer as the browser tells of them, with the choices they made in this session."""
    chosen = st.session_state.get("viewer_language")
    known = languages(LOCALE)
    browser = st.context.locale or settings().language
    wanted = chosen if chosen in known else browser.split("-")[0]
    language = wanted if wanted in known else "en"
    return Viewer(
        name=actor.name,
        role=actor.role,
        language=language,
        locale=_locale(browser, language),
        zone=_zone(st.context.timezone or settings().time_zone),
    )


def viewer_of(actor: Actor, said: Mapping[str, str]) -> Viewer:
    """The viewer whose `as_parameters` an address has; it may be anybody's word."""
    language = said.get("viewer_language", "")
    language = language if language in languages(LOCALE) else "en"
    locale = _locale(said.get("viewer_locale", "").replace("_", "-"), language)
    return Viewer(actor.name, actor.role, language, locale, _zone(said.get("viewer_zone", "")))


@lru_cache(1_000)
def _locale(browser: str, language: str) -> str:
    try:
        found = Locale.parse(browser, sep="-")
    except (ValueError, UnknownLocaleError):
        return language
    return str(found) if found.language == language else language


@lru_cache(1_000)
def _zone(name: str) -> ZoneInfo:
    # The browser's word, so it may be anything.
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return settings().zone
