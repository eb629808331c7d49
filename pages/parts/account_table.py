"""The table of accounts: one page, a renew link on every row, a selection for what many share."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from data_access.account_list import ListedAccount, Page
from data_access.applications import has_renew_link
from data_access.harm_list import reasons_of
from data_access.links import renew_path
from data_access.snapshot import Snapshot
from pages.parts import effect_words, formats, outreach, statuses
from pages.parts.account_rows import Shown, account_rows
from pages.parts.opening import open_account
from pages.parts.rows_ahead import ahead, page_address, way_to_rows
from pages.parts.rows_first import told_at
from pages.parts.url import filter_from_url, write_filter
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.acts import Act
from rules.authorization import (
    AMAZON_REMINDER_DAYS,
    Status,
    amazon_reminders,
    blocked_jobs,
)
from rules.harm import Reason

ROW_HEIGHT = 36

SORTED_BY = {
    "seller": ("name", "-name"),
    "expires": ("expiry", "-expiry"),
    "left": ("expiry", "-expiry"),
    "value": ("-value", "-value"),
    "synced": ("last_sync", "-last_sync"),
}
"""The orders that a click on a heading asks for: the first, and when it is in force the other."""


def account_table(
    viewer: Viewer, shared: Snapshot, page: Page, wanted: AccountFilter, cursor: str | None
) -> list[ListedAccount]:
    """Draws the rows; returns those that are ticked.

    A click on a heading orders all accounts by it, in the database.

    shared: what the page was read from; whoever looks at the same page shares its words.
    cursor: of the page, None for the first
    """
    ticked = account_rows(
        "accounts",
        in_words(viewer, shared, page, wanted, cursor),
        way_to_rows(viewer),
        told_at(),
        on_sorted=_sort_by,
        on_pressed=_pressed,
    )
    return [account for account in page.accounts if account.id in ticked]


def in_words(
    viewer: Viewer, shared: Snapshot, page: Page, wanted: AccountFilter, cursor: str | None
) -> Shown:
    """A page as account_rows takes it: written once for the list that asks for its rows by itself
    and for the screen that draws them."""
    ids = tuple(account.id for account in page.accounts)

    def written() -> Shown:
        shown = _in_words(viewer, shared, page, wanted, cursor)
        return Shown(shown["which"], frozenset(ids), json.dumps(shown, ensure_ascii=False))

    return shared.once(("in words", viewer, wanted, cursor, ids), written)


def _in_words(
    viewer: Viewer, shared: Snapshot, page: Page, wanted: AccountFilter, cursor: str | None
) -> dict[str, Any]:
    """The links are each agent's own; the other words are those of all who see things alike."""
    _ = viewer.text
    as_of = shared.as_of.astimezone(viewer.zone)
    ids = tuple(account.id for account in page.accounts)
    reasons = shared.once(("reasons", ids), lambda: reasons_of(ids, as_of))
    by_heading = [asked_by_heading(column, wanted) for column in SORTED_BY]
    cells = shared.once(
        ("cells", ids, replace(viewer, name="")),
        lambda: _all_cells(viewer, page.accounts, as_of, reasons),
    )
    return {
        "which": page_address(wanted, cursor),
        "name": _("Accounts"),
        "words": {
            "all": _("Select all"),
            "tick": _("Select {seller}"),
            "none": _("No account is like that."),
        },
        "columns": _columns(viewer, wanted),
        "rows": [
            {"id": account.id, "cells": each | {"renew": _link(viewer, account)}}
            for account, each in zip(page.accounts, cells, strict=True)
        ],
        "ahead": ahead(viewer, page, wanted, by_heading),
    }


def _all_cells(
    viewer: Viewer,
    rows: Sequence[ListedAccount],
    as_of: datetime,
    reasons: Mapping[int, tuple[Reason, ...]],
) -> list[dict[str, Any]]:
    words = effect_words.reasons(viewer)
    return [
        _cells(viewer, row, as_of, [words[each] for each in reasons.get(row.id, ())])
        for row in rows
    ]


def _cells(
    viewer: Viewer, row: ListedAccount, as_of: datetime, why: Sequence[str]
) -> dict[str, Any]:
    _ = viewer.text
    of = Status(row.status)
    return {
        "seller": row.seller_name,
        "status": {"text": statuses.label(viewer, of), "theme": statuses.LOOKS[of].theme},
        "open": {"href": f"/account?id={row.id}", "text": _("Open")},
        "write": outreach.row_words(viewer),
        "expires": formats.moment(viewer, row.expires_at),
        "left": formats.left(viewer, row.expires_at, as_of),
        "value": formats.money(viewer, row.daily_value) if row.daily_value else "–",
        "why": ", ".join(why) or "–",
        "blocked": ", ".join(statuses.job(viewer, job) for job in blocked_jobs(of)) or "–",
        "marketplaces": f"{row.region} · {row.marketplaces.replace(',', ' ')}",
        "reminders": reminders(viewer, row.expires_at, as_of),
        "synced": formats.moment(viewer, row.last_sync_at),
    }


def _columns(viewer: Viewer, wanted: AccountFilter) -> list[dict[str, Any]]:
    _ = viewer.text
    in_zone = _("Times in {zone}").format(zone=viewer.zone.key)
    given = (
        ("seller", _("Seller"), 195, "text", ""),
        ("status", _("Status"), 165, "status", ""),
        ("open", _("Account"), 78, "screen", ""),
        ("write", outreach.column_name(viewer), 84, "button", ""),
        (
            "renew",
            _("Renew link"),
            132,
            "link",
            _("Opens the seller's renew page. To send it, copy it from the account."),
        ),
        ("expires", _("Expires"), 152, "text", in_zone),
        ("left", _("Days left"), 135, "text", ""),
        ("value", _("At risk per day"), 125, "text", ""),
        ("why", _("Why here"), 260, "text", ""),
        ("blocked", _("Blocked"), 205, "text", ""),
        ("marketplaces", _("Marketplaces"), 125, "text", ""),
        (
            "reminders",
            _("Amazon's reminders"),
            175,
            "text",
            _("Estimated: Amazon writes a month ahead, then weekly."),
        ),
        ("synced", _("Last good sync"), 190, "text", in_zone),
    )
    hidden = hidden_columns(viewer)
    return [
        {
            "name": name,
            "label": label,
            "width": width,
            "kind": kind,
            "help": help_,
            "sorts": name in SORTED_BY,
            "sorted": _sorted(name, wanted),
        }
        for name, label, width, kind, help_ in given
        if name not in hidden
    ]


def _sorted(column: str, wanted: AccountFilter) -> str:
    """How a heading says that the list is in its order; of two with one order the first does."""
    if column == "left" or wanted.sort not in SORTED_BY.get(column, ()):
        return ""
    return "descending" if wanted.sort.startswith("-") else "ascending"


def _link(viewer: Viewer, row: ListedAccount) -> dict[str, str] | None:
    href = row_link(viewer, row)
    return href and {"href": href, "text": viewer.text("Renew") + " ↗"}


def row_link(viewer: Viewer, row: Any) -> str | None:
    """The renew link of a row of the list; None for those who may hand none out, and for accounts
    of another application."""
    if not viewer.may(Act.MAKE_LINK) or not has_renew_link(row.application_id):
        return None
    return renew_path(
        int(row.id),
        formats.known(row.granted_at),
        viewer.name,
        selling_partner_id=row.selling_partner_id,
        marketplace=row.home_marketplace,
        region=row.region,
        customer_number=row.customer_number,
    )


def hidden_columns(viewer: Viewer) -> set[str]:
    """The columns that are not drawn: one that nobody reads, and those that the viewer may not
    use."""
    return {"id"} if viewer.may(Act.MAKE_LINK) else {"id", "renew", "plan"}


def reminders(viewer: Viewer, expires_at: datetime | None, as_of: datetime) -> str:
    """How many of Amazon's own notices the seller has had for this expiry, and the last."""
    if expires_at is None:
        return "–"
    had = amazon_reminders(expires_at, as_of)
    if not had:
        return "–"
    count = f"{len(had)}/{len(AMAZON_REMINDER_DAYS)}"
    return f"{count} · {formats.short_day(viewer, had[-1].astimezone(viewer.zone).date())}"


def asked_by_heading(column: str, wanted: AccountFilter) -> AccountFilter:
    """What a click on a heading asks for."""
    first, other = SORTED_BY[column]
    return replace(wanted, sort=other if wanted.sort == first else first)


def _sort_by(column: str) -> None:
    if column in SORTED_BY:
        # Of the address, which a click on the filter may have changed since the list was drawn.
        wanted, _ = filter_from_url()
        write_filter(asked_by_heading(column, wanted))


def _pressed(what: str, account_id: int) -> None:
    if what == "open":
        open_account(account_id)
    if what == "write":
        outreach.ask(account_id)
