"""A row of somebody else's database as an account of ours, with all that is odd about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data_access.records import PROFILE_FIELDS, AccountRecord, ProfileRecord
from data_access.sources.dates import Dates, read_dates
from data_access.sources.fields import Row, cleaned, reader
from data_access.sources.mapping import Mapping as SourceMapping
from data_access.sources.places import code_of, placed
from data_access.sources.problems import Fault, Problem, shown
from data_access.sources.sellers import read_seller
from rules.account_filter import PLANS

PARTNER_KINDS = ("seller", "vendor")
STATES = ("granted", "requested", "refused")
LONGEST = {"application_id": 200, "selling_partner_id": 60, "customer_number": 200}

_PARTNER_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
_SHARES = ("seller_fulfilled_share", "other_channel_share")


@dataclass(slots=True)
class Translated:
    """What became of a row.

    account         None where the row cannot be taken
    refused         the source says that Amazon refuses the authorization
    paused          the source says so, None where it says nothing
    identity        customer number and selling partner id as far as they could be read, so that a
                    rejected row is not taken for one that has vanished
    """

    problems: list[Problem] = field(default_factory=list)
    account: AccountRecord | None = None
    refused: bool = False
    paused: bool | None = None
    identity: tuple[str, str] = ("", "")


class Translator:
    """Reads rows by a mapping. Made once for a run: it remembers cells that come again."""

    def __init__(
        self, mapping: SourceMapping, columns: Sequence[str], now: datetime, application_id: str
    ) -> None:
        """columns: those of each row, in its order; application_id: where the row has none."""
        at = {column: position for position, column in enumerate(columns)}
        rules = mapping.fields.rules()
        self._mapping = mapping
        self._now = now
        self._application_id = application_id
        self._read = {name: reader(name, rule, mapping, at) for name, rule in rules.items()}
        self._column = {name: ", ".join(rule.read_columns) for name, rule in rules.items()}
        self._cells = {name: [at[c] for c in rule.read_columns] for name, rule in rules.items()}
        self._exists = at[mapping.seller_exists] if mapping.seller_exists else None

    def __call__(self, row: Row, place: str) -> Translated:
        """The account of one row; nothing about a row raises."""
        reading = _Reading(self, row, place)
        try:
            reading.account()
        except Fault as fault:
            reading.note(fault.reason, "", fault.value, fault.fix, taken=False)
        return reading.result

    def rejected(self, row: Row, place: str, fault: Fault) -> Translated:
        """A row that is broken as a whole, with as much of its identity as can be read."""
        reading = _Reading(self, row, place)
        reading.note(fault.reason, "", fault.value, fault.fix, taken=False)
        reading.identity()
        return reading.result


class _Reading:
    """One row being read."""

    def __init__(self, by: Translator, row: Row, place: str) -> None:
        self.by = by
        self.row = row
        self.place = place
        self.result = Translated()

    def note(
        self, reason: str, name: str, value: object = "", fix: str = "", taken: bool = True
    ) -> None:
        column = self.by._column.get(name, "")
        self.result.problems.append(Problem(self.place, taken, reason, column, shown(value), fix))

    def get(self, name: str) -> Any:
        """The value of a field; what cannot be read is remarked and left empty."""
        read = self.by._read.get(name)
        if read is None:
            return None
        try:
            value = read(self.row)
        except Fault as fault:
            self.note(fault.reason, name, fault.value, fault.fix)
            return None
        return value

    def text(self, name: str) -> str:
        """A text field, without what no screen shows."""
        value = self.get(name)
        if not value:
            return ""
        if value.isprintable() and "\ufffd" not in value:
            return value.strip()
        clean = cleaned(value)
        if "\ufffd" in clean:
            self.note("undecodable", name, clean, "Check `encoding` in the mapping.")
        if clean != value.strip():
            self.note("control_characters", name, value)
        return clean

    def maps(self, name: str) -> bool:
        """Whether the mapping fills a field."""
        return name in self.by._read

    def _customer_is_gone(self) -> bool:
        exists = self.by._exists
        return exists is not None and self.row[exists] in (None, "")

    def reject(self, reason: str, name: str, value: object = "", fix: str = "") -> None:
        raise _Named(reason, name, value, fix)

    def account(self) -> None:
        try:
            self._account()
        except _Named as fault:
            self.note(fault.reason, fault.name, fault.value, fault.fix, taken=False)
            self.result.account = None

    def identity(self) -> tuple[str, str]:
        self.result.identity = (self.text("customer_number"), self.text("selling_partner_id"))
        return self.result.identity

    def _account(self) -> None:
        customer_number, partner_id = self.identity()
        self._check_keys(customer_number, partner_id)
        application_id = self.text("application_id") or self.by._application_id
        if len(application_id) > LONGEST["application_id"]:
            self.reject("too_long", "application_id", application_id)
        region, country, marketplaces, home = self._place()
        state = self._one_of("state", STATES, "unknown_state")
        dates = self._dates(state)
        paused = self.get("paused")
        self.result.refused = state == "refused" and dates.granted_at is not None
        self.result.paused = paused
        self.result.account = AccountRecord(
            seller=read_seller(
                self, customer_number or partner_id, partner_id, self._customer_is_gone()
            ),
            application_id=application_id,
            selling_partner_id=partner_id,
            region=region,
            country=country,
            marketplaces=marketplaces,
            home_marketplace=home,
            partner_kind=self._one_of("partner_kind", PARTNER_KINDS, "unknown_partner_kind")
            or "seller",
            plan=self._one_of("plan", PLANS, "unknown_plan"),
            granted_at=dates.granted_at,
            expires_at=dates.expires_at,
            expiry_source=dates.expiry_source,
            claimed_expires_at=dates.claimed_expires_at,
            confirmed_at=dates.confirmed_at if state != "refused" else None,
            refused_at=dates.refused_at,
            refusal=self.text("refusal") if self.result.refused else "",
            last_sync_at=dates.last_sync_at,
            paused=bool(paused),
            profile=self._profile(),
        )

    def _check_keys(self, customer_number: str, partner_id: str) -> None:
        if not partner_id:
            fix = "Look it up in Seller Central under Account Info, Your Merchant Token."
            self.reject("no_selling_partner_id", "selling_partner_id", "", fix)
        if not _PARTNER_ID.fullmatch(partner_id):
            fix = "It is letters and digits, as A1B2C3D4E5F6G7."
            self.reject("bad_selling_partner_id", "selling_partner_id", partner_id, fix)
        if len(customer_number) > LONGEST["customer_number"]:
            self.reject("too_long", "customer_number", customer_number)

    def _place(self) -> tuple[str, str, tuple[str, ...], str]:
        names = self.get("marketplaces") or ()
        home, said = self.text("home_marketplace") or None, self.text("region") or None
        try:
            region, country, codes, first, unknown = placed(names, home, said)
        except Fault as fault:
            column = "region" if fault.reason == "unknown_region" else "marketplaces"
            raise _Named(fault.reason, column, fault.value, fault.fix) from None
        for name in unknown:
            self.note("extra_marketplace", "marketplaces", name)
        return region, country, codes, (home and code_of(home)) or first

    def _dates(self, state: str) -> Dates:
        def note(reason: str, name: str, fix: str = "") -> None:
            self.note(reason, name, self._raw(name), fix)

        def moment(name: str) -> Any:
            read = self.by._read.get(name)
            return read(self.row) if read is not None else None

        return read_dates(moment, note, self.reject, self.by._mapping, state, self.by._now)

    def _raw(self, name: str) -> str:
        cells = (self.row[p] for p in self.by._cells.get(name, ()) if p < len(self.row))
        return ", ".join(str(cell) for cell in cells if cell is not None)

    def _one_of(self, name: str, allowed: Sequence[str], reason: str) -> str:
        value = self.text(name)
        if not value or value.casefold() in allowed:
            return value.casefold()
        self.note(reason, name, value, f"Translate it under fields.{name}.values.")
        return ""

    def _profile(self) -> ProfileRecord:
        values = {name: self.get(name) for name in PROFILE_FIELDS if name in self.by._read}
        for name in _SHARES:
            if (values.get(name) or 0) > 1:
                self.note("unreadable_number", name, values[name], "A share; divide_by = 100?")
                values[name] = None
        measured = values.get("measured_at")
        if measured is not None:
            values["measured_at"] = measured.at
        return ProfileRecord(**values)


class _Named(Fault):
    """A fault that knows its field."""

    def __init__(self, reason: str, name: str, value: object, fix: str) -> None:
        super().__init__(reason, value, fix)
        self.name = name
