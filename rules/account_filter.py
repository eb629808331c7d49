"""Which accounts, in which order: one value that every list, counter, chart and export takes.

A filter comes from a URL and goes to one; what it cannot read it reports instead of guessing.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime

from rules.address_values import day_in, number_in
from rules.authorization import Status
from rules.days import day_start, end_of_days_left, later
from rules.typed_text import keepable

REGIONS = ("EU", "NA", "FE")
PLANS = ("professional", "individual")
SORTS = ("urgency", "expiry", "-expiry", "name", "-name", "-value", "last_sync", "-last_sync")
MAX_DAYS = 3650
MAX_TEXT = 200
NOBODY, ANYBODY = "-", "*"
"""Owners that are no names: accounts that nobody holds, and those that somebody does."""

_WORD = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What is shown; empty tuples and None mean "all".

    statuses      any of these statuses
    within        expires between now and the end of the day `within` calendar days from now
    beyond        expires after the end of the day `beyond` calendar days from now; `within` is the
                  other end of a window that moves on with the days
    expires_from  first calendar day of expiry, in the viewer's zone
    expires_to    last calendar day of expiry, inclusive
    regions       NA, EU, FE
    marketplaces  country codes; an account belongs to each marketplace its authorization opens
    languages     languages of the sellers (BCP 47, "de")
    plans         selling plans
    text          part of the seller's name, shop, e-mail or one of the ids; two letters or fewer
                  are the beginning of the name
    owners        agents who hold the account, NOBODY or ANYBODY
    snoozed       whether an agent has put it off until a day
    contacted     whether its seller was written to or called since the last renewal
    sort          one of SORTS
    """

    statuses: tuple[Status, ...] = ()
    within: int | None = None
    beyond: int | None = None
    expires_from: date | None = None
    expires_to: date | None = None
    regions: tuple[str, ...] = ()
    marketplaces: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    text: str = ""
    owners: tuple[str, ...] = ()
    snoozed: bool | None = None
    contacted: bool | None = None
    sort: str = "urgency"

    def window(self, as_of: datetime) -> tuple[datetime | None, datetime | None]:
        """The expiry window [from, until) that the days and dates ask for together.

        "Within N days" begins just after `as_of`: what expires at `as_of` has expired.
        """
        starts: list[datetime] = []
        ends: list[datetime] = []
        if self.within is not None:
            starts.append(later(as_of, datetime.resolution))
            ends.append(end_of_days_left(as_of, self.within))
        if self.beyond is not None:
            starts.append(end_of_days_left(as_of, self.beyond))
        if self.expires_from is not None:
            starts.append(day_start(self.expires_from, as_of.tzinfo))
        if self.expires_to is not None:
            ends.append(day_start(date.fromordinal(self.expires_to.toordinal() + 1), as_of.tzinfo))
        return max(starts, default=None), min(ends, default=None)

    @property
    def has_window(self) -> bool:
        """Whether only accounts with an expiry in a certain time are meant."""
        return self != self.without_window()

    @property
    def has_casework(self) -> bool:
        """Whether it depends on what agents have done with an account who is meant."""
        return bool(self.owners) or (self.snoozed, self.contacted) != (None, None)

    @property
    def depends_on_time(self) -> bool:
        """Whether other accounts are meant at another moment though nothing has happened."""
        return self.has_window or bool(self.statuses) or self.snoozed is not None

    def without_window(self) -> "AccountFilter":
        """The same accounts whenever they expire: what the timeline shows around the window."""
        return replace(self, within=None, beyond=None, expires_from=None, expires_to=None)

    def without_order(self) -> "AccountFilter":
        """The same accounts in the usual order: for what is counted."""
        return replace(self, sort=_DEFAULTS["sort"])

    def attributes(self) -> "AccountFilter":
        """The same accounts whatever their status and expiry: what counts by day are made of."""
        return replace(self.without_window().without_order(), statuses=())

    @property
    def is_empty(self) -> bool:
        """Whether every account is meant, in whatever order."""
        return self.without_order() == AccountFilter()

    def to_query(self) -> list[tuple[str, str]]:
        """The URL parameters that bring this filter back; what is not asked for is left out."""
        pairs: list[tuple[str, str]] = []
        for parameter, name in _PARAMETERS.items():
            value = getattr(self, name)
            if value == _DEFAULTS[name]:
                continue
            values = value if isinstance(value, tuple) else (value,)
            pairs += [(parameter, _written(each)) for each in values]
        return pairs

    def as_difference(self) -> "tuple[AccountFilter, AccountFilter] | None":
        """Two filters, the second part of the first, whose difference means the same accounts.

        For counting: what is denied here is true of most accounts, and the few are found faster.
        None where nothing is denied.
        """
        for name, denied, part in (
            ("contacted", False, True),
            ("snoozed", False, True),
            ("owners", (NOBODY,), (ANYBODY,)),
        ):
            if getattr(self, name) == denied:
                whole = replace(self, **{name: _DEFAULTS[name]})
                return whole, replace(whole, **{name: part})
        return None

    def sentence(
        self, _: Callable[[str], str] = str, day: Callable[[date], str] = date.isoformat
    ) -> str:
        """What is shown, in words; `_` translates the parts, `day` writes days."""
        parts = [
            self._any_of(_("status"), [_(s.value.replace("_", " ")) for s in self.statuses]),
            _("expires within {days} days").format(days=self.within)
            if self.within is not None
            else "",
            _("expires in more than {days} days").format(days=self.beyond)
            if self.beyond is not None
            else "",
            _("expires from {day}").format(day=day(self.expires_from)) if self.expires_from else "",
            _("expires until {day}").format(day=day(self.expires_to)) if self.expires_to else "",
            self._any_of(_("region"), self.regions),
            self._any_of(_("marketplace"), self.marketplaces),
            self._any_of(_("language"), self.languages),
            self._any_of(_("plan"), [_(plan) for plan in self.plans]),
            _("contains “{text}”").format(text=self.text) if self.text else "",
            self._any_of(
                _("owner"),
                [{NOBODY: _("nobody"), ANYBODY: _("anybody")}.get(o, o) for o in self.owners],
            ),
            {True: _("snoozed"), False: _("not snoozed"), None: ""}[self.snoozed],
            {True: _("contacted"), False: _("not contacted"), None: ""}[self.contacted],
        ]
        return " · ".join(part for part in parts if part) or _("all accounts")

    @staticmethod
    def _any_of(label: str, values: Sequence[str]) -> str:
        return f"{label}: {', '.join(values)}" if values else ""


_PARAMETERS = {
    "status": "statuses",
    "within": "within",
    "beyond": "beyond",
    "from": "expires_from",
    "to": "expires_to",
    "region": "regions",
    "marketplace": "marketplaces",
    "language": "languages",
    "plan": "plans",
    "q": "text",
    "owner": "owners",
    "snoozed": "snoozed",
    "contacted": "contacted",
    "sort": "sort",
}
_YES_OR_NO = {"yes": True, "no": False}
_DEFAULTS = {f.name: f.default for f in fields(AccountFilter)}

PARAMETERS = tuple(_PARAMETERS)
"""The names of the URL parameters, in the order in which they are written."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A parameter of a URL that could not be read: shown to the viewer, never obeyed."""

    parameter: str
    value: str


@dataclass
class _Reader:
    query: Mapping[str, Sequence[str]]
    ignored: list[Ignored] = field(default_factory=list)

    def many(self, parameter: str, accept: Callable[[str], str | None]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for value in self.query.get(parameter, ()):
            accepted = accept(value)
            if accepted is None:
                self.ignored.append(Ignored(parameter, value[:MAX_TEXT]))
            else:
                found[accepted] = None
        return tuple(found)

    def one(self, parameter: str, accept: Callable[[str], object | None]) -> object | None:
        values = self.query.get(parameter, ())
        if not values or values[-1] == "":
            return None
        accepted = accept(values[-1])
        if accepted is None:
            self.ignored.append(Ignored(parameter, values[-1][:MAX_TEXT]))
        return accepted


def from_query(query: Mapping[str, Sequence[str]]) -> tuple[AccountFilter, tuple[Ignored, ...]]:
    """The filter that a URL's parameters ask for, and what of them could not be read.

    query: every value of each parameter, as it came; foreign parameters are no concern of ours.
    """
    read = _Reader(query)
    made = AccountFilter(
        statuses=tuple(Status(s) for s in read.many("status", _one_of(Status))),
        within=read.one("within", _days),
        beyond=read.one("beyond", _days),
        expires_from=read.one("from", day_in),
        expires_to=read.one("to", day_in),
        regions=read.many("region", _one_of(REGIONS)),
        marketplaces=read.many("marketplace", _word),
        languages=read.many("language", _word),
        plans=read.many("plan", _one_of(PLANS)),
        text=read.one("q", lambda value: _text(value).strip()) or "",
        owners=read.many("owner", lambda value: _text(value) or None),
        snoozed=read.one("snoozed", _YES_OR_NO.get),
        contacted=read.one("contacted", _YES_OR_NO.get),
        sort=read.one("sort", _one_of(SORTS)) or "urgency",
    )
    return made, tuple(read.ignored)


def _written(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _one_of(allowed: Iterable[str]) -> Callable[[str], str | None]:
    known = {str(value): str(value) for value in allowed}
    return known.get


def _text(value: str) -> str:
    """Free text, not too long."""
    return keepable(value)[:MAX_TEXT]


def _word(value: str) -> str | None:
    return value if _WORD.fullmatch(value) else None


def _days(value: str) -> int | None:
    days = number_in(value)
    return days if days is not None and days <= MAX_DAYS else None
