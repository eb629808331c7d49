"""The sellers of some rows: who they are, how to reach them, in which language."""

import re
from collections.abc import Sequence

from data_access.records import SELLER_FIELDS
from data_access.sources.field_values import FieldValues
from data_access.sources.problems import shown
from data_access.sources.proposals import proposal
from data_access.zone_names import zone_names

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def read_sellers(
    fields: FieldValues,
    customer_numbers: Sequence[str],
    partner_ids: Sequence[str],
    gone: Sequence[bool],
) -> dict[str, list[str]]:
    """The sellers of some rows: each of SELLER_FIELDS with a value for each row.

    gone: whether the source says that the customer does not exist
    """
    numbers = [
        number or partner_id
        for number, partner_id in zip(customer_numbers, partner_ids, strict=True)
    ]
    names, emails, phones = (fields.texts(name) for name in ("name", "email", "phone"))
    _note_orphans(fields, numbers, gone)
    _check_contacts(fields, emails, phones, gone)
    _check_names(fields, names, numbers, gone)
    named = [name or partner_id for name, partner_id in zip(names, partner_ids, strict=True)]
    contacts = fields.texts("contact")
    languages = _languages(fields)
    zones = _time_zones(fields)
    shops, urls = fields.texts("shop"), fields.texts("shop_url")
    columns = (numbers, named, contacts, emails, phones, languages, zones, shops, urls)
    return dict(zip(SELLER_FIELDS, columns, strict=True))


def _note_orphans(fields: FieldValues, numbers: Sequence[str], gone: Sequence[bool]) -> None:
    fix = proposal("restore_customer")
    for row, is_gone in enumerate(gone):
        if is_gone:
            fields.note(row, "orphan", "customer_number", numbers[row], fix)


def _check_contacts(
    fields: FieldValues, emails: Sequence[str], phones: Sequence[str], gone: Sequence[bool]
) -> None:
    # As it is nearly always: one look at all of them.
    if all(map(_ADDRESS.fullmatch, emails)):
        return
    fix = proposal("ask_for_address")
    asked = [name for name in ("email", "phone") if fields.maps(name)]
    for row, email in enumerate(emails):
        if gone[row]:
            continue
        if not email and not phones[row] and asked:
            fields.note(row, "no_contact", asked[0], "", fix)
        if email and not _ADDRESS.fullmatch(email):
            fields.note(row, "bad_email", "email", email)


def _check_names(
    fields: FieldValues, names: Sequence[str], numbers: Sequence[str], gone: Sequence[bool]
) -> None:
    if not fields.maps("name"):
        return
    for row, name in enumerate(names):
        if not name and not gone[row]:
            fix = proposal("enter_name", number=shown(numbers[row]))
            fields.note(row, "no_name", "name", "", fix)


def _languages(fields: FieldValues) -> list[str]:
    def judge(text: str) -> str | None:
        language = text.replace("_", "-")
        return language if _LANGUAGE.fullmatch(language) and len(language) <= 40 else None

    return fields.judged("language", judge, "unknown_language", proposal("write_language"))


def _time_zones(fields: FieldValues) -> list[str]:
    def judge(text: str) -> str | None:
        return text if text in zone_names() else None

    like = proposal("write_like", example="Europe/Berlin")
    return fields.judged("time_zone", judge, "unknown_time_zone", like)
