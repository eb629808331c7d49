"""The seller of a row: who it is, how to reach them, in which language."""

import re
from typing import Protocol

from data_access.records import SellerRecord
from data_access.zone_names import zone_names

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


class Reading(Protocol):
    """A row that is being read."""

    def text(self, name: str) -> str:
        """A text field, "" where it is empty."""

    def maps(self, name: str) -> bool:
        """Whether the mapping fills a field."""

    def note(self, reason: str, name: str, value: object = "", fix: str = "") -> None:
        """Remarks something about the row, which is taken all the same."""


def read_seller(row: Reading, customer_number: str, partner_id: str, gone: bool) -> SellerRecord:
    """The seller of a row.

    gone: the source says that the customer does not exist
    """
    name, email, phone = row.text("name"), row.text("email"), row.text("phone")
    if gone:
        fix = "Restore the customer, or delete the authorization if it is nobody's."
        row.note("orphan", "customer_number", customer_number, fix)
    else:
        _check_contact(row, email, phone)
        if not name and row.maps("name"):
            row.note("no_name", "name", "", f"Enter the name of customer {customer_number}.")
    return SellerRecord(
        customer_number=customer_number,
        name=name or partner_id,
        contact=row.text("contact"),
        email=email,
        phone=phone,
        language=_language(row),
        time_zone=_time_zone(row),
        shop=row.text("shop"),
        shop_url=row.text("shop_url"),
    )


def _check_contact(row: Reading, email: str, phone: str) -> None:
    if not email and not phone and (row.maps("email") or row.maps("phone")):
        fix = "Ask the seller for an address; without one no reminder reaches them."
        row.note("no_contact", "email" if row.maps("email") else "phone", "", fix)
    if email and not _ADDRESS.fullmatch(email):
        row.note("bad_email", "email", email)


def _language(row: Reading) -> str:
    language = row.text("language").replace("_", "-")
    if not language or (_LANGUAGE.fullmatch(language) and len(language) <= 40):
        return language
    row.note("unknown_language", "language", language, "Write it like de or pt-BR.")
    return ""


def _time_zone(row: Reading) -> str:
    zone = row.text("time_zone")
    if not zone or zone in zone_names():
        return zone
    row.note("unknown_time_zone", "time_zone", zone, "Write it like Europe/Berlin.")
    return ""
