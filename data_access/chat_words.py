"""An incident in the words of the team's chat."""

from datetime import datetime

from babel.dates import format_datetime
from sqlalchemy import Row

from data_access import amounts
from data_access.digest_day import digest_zone
from data_access.digest_words import LOCALE
from data_access.incidents import Kind
from data_access.settings import settings
from data_access.texts import locale_of, translations


class ChatWords:
    """Says stages of incidents in the language of the settings, moments in the digest's zone."""

    def __init__(self) -> None:
        texts = translations(LOCALE, settings().language)
        self._say, self._count = texts.gettext, texts.ngettext
        self._locale = locale_of(texts.language)

    def incident(self, row: Row, stage: str) -> tuple[str, str]:
        """Title and text of a stage: opened, closed, or how it has grown."""
        say = self._say
        if stage == "opened":
            title = say("Renewal Desk: incident")
        elif stage == "closed":
            title = say("Renewal Desk: incident over")
        else:
            title = say("Renewal Desk: incident grown tenfold")
        if row.kind == Kind.OUR_CREDENTIALS:
            what = say("Amazon does not accept our own client id or secret.")
        else:
            what = say("Many accounts are refused at once: probably an outage at Amazon.")
        lines = [what, self._when(row), settings().public_url]
        if row.closed_at is None:
            lines.insert(2, say("Write to no seller: no status was changed, none is to blame."))
        return title, "\n".join(lines)

    def _when(self, row: Row) -> str:
        seen = self._count(
            "{n} account was seen in trouble.", "{n} accounts were seen in trouble.", row.accounts
        ).format(n=amounts.number(row.accounts, self._locale))
        since = self._say("Since {at}.").format(at=self._moment(row.opened_at))
        if row.closed_at is not None:
            since = self._say("From {start} until {end}.").format(
                start=self._moment(row.opened_at), end=self._moment(row.closed_at)
            )
        return f"{since} {seen}"

    def _moment(self, moment: datetime) -> str:
        here = moment.astimezone(digest_zone())
        return format_datetime(here, "d MMMM y, HH:mm", locale=self._locale) + f" {here.tzname()}"
