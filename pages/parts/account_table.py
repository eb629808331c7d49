"""The table of accounts: one page, a renew link on every row, a selection for what many share."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import streamlit as st

from data_access.account_list import ListedAccount, Page
from data_access.applications import has_renew_link
from data_access.links import renew_path
from data_access.snapshot import Snapshot
from pages.parts import effect_words, formats, outreach, statuses
from pages.parts.opening import open_column
from pages.parts.ticked import table_of_ids
from pages.parts.url import write_filter
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
    viewer: Viewer,
    shared: Snapshot,
    page: Page,
    reasons: Mapping[int, tuple[Reason, ...]],
    wanted: AccountFilter,
    which: str,
) -> list[ListedAccount]:
    """Draws the rows; returns those that are selected.

    A click on a heading orders all accounts by it, in the database.

    shared: what the page was read from; whoever looks at the same page shares its words.
    reasons: why accounts stand where they stand, by their ids.
    which: names filter and page, as ticked rows are forgotten with another.
    """
    _ = viewer.text
    ids = [account.id for account in page.accounts]
    key, ticked = table_of_ids("accounts", which, ids)
    as_of = shared.as_of.astimezone(viewer.zone)
    words = shared.once(
        ("words", tuple(ids), replace(viewer, name="")),
        lambda: in_words(viewer, page.accounts, as_of, reasons),
    )
    links = pa.array([row_link(viewer, account) for account in page.accounts], pa.string())
    shown = words.add_column(words.column_names.index("marketplaces"), "renew", links)
    event = st.dataframe(
        shown,
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height="content",
        on_select=lambda: _sort_by_heading(key, wanted),
        selection_default=ticked,
        # A heading that can be selected does not sort the page in the browser, which would look
        # like sorting all accounts.
        selection_mode=["multi-row", "single-column"],
        column_order=[name for name in shown.column_names if name not in hidden_columns(viewer)],
        column_config=_columns(viewer, key, ids),
        alt=_("Accounts"),
    )
    return [page.accounts[row] for row in event["selection"]["rows"] if row < len(ids)]


def in_words(
    viewer: Viewer,
    rows: list[ListedAccount],
    as_of: datetime,
    reasons: Mapping[int, tuple[Reason, ...]],
) -> pa.Table:
    """The rows in words: columns id and those that are drawn, but for the links, which are each
    agent's own.

    Arrow's own, as the browser takes it: a frame on the way would take longer than the words.
    """
    _ = viewer.text
    words = effect_words.reasons(viewer)
    statuses_in_words = {of.value: [statuses.label(viewer, of)] for of in Status}
    stopped = {
        of.value: ", ".join(statuses.job(viewer, job) for job in blocked_jobs(of)) or "–"
        for of in Status
    }
    return pa.Table.from_pylist(
        [
            {
                "id": row.id,
                "seller": row.seller_name,
                "status": statuses_in_words[row.status],
                "open": _("Open"),
                "write": outreach.row_words(viewer),
                "marketplaces": f"{row.region} · {row.marketplaces.replace(',', ' ')}",
                "expires": formats.moment(viewer, row.expires_at),
                "left": formats.left(viewer, row.expires_at, as_of),
                "value": formats.money(viewer, row.daily_value) if row.daily_value else "–",
                "blocked": stopped[row.status],
                "reminders": reminders(viewer, row.expires_at, as_of),
                "synced": formats.moment(viewer, row.last_sync_at),
                "why": ", ".join(words[each] for each in reasons.get(row.id, ())) or "–",
            }
            for row in rows
        ]
    )


def _columns(viewer: Viewer, key: str, ids: list[int]) -> dict:
    _ = viewer.text
    text = st.column_config.TextColumn
    in_zone = _("Times in {zone}").format(zone=viewer.zone.key)
    return {
        "open": open_column(_("Account"), key, ids, width=78),
        "write": outreach.write_column(viewer, key, ids),
        "status": statuses.column(viewer, width=138),
        "seller": text(_("Seller"), width=175, pinned=True),
        "renew": st.column_config.LinkColumn(
            _("Renew link"),
            display_text=_("Renew") + " ↗",
            width=112,
            help=_("Opens the seller's renew page. To send it, copy it from the account."),
        ),
        "marketplaces": text(_("Marketplaces"), width=115),
        "expires": text(_("Expires"), width=142, help=in_zone),
        "left": text(_("Days left"), width=122),
        "value": text(_("At risk per day"), width=85),
        "why": text(_("Why here"), width=220),
        "blocked": text(_("Blocked"), width=182),
        "reminders": text(
            _("Amazon's reminders"),
            width=105,
            help=_("Estimated: Amazon writes a month ahead, then weekly."),
        ),
        "synced": text(_("Last good sync"), width=142, help=in_zone),
    }


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


def _sort_by_heading(key: str, wanted: AccountFilter) -> None:
    for column in st.session_state[key]["selection"]["columns"]:
        if column in SORTED_BY:
            first, other = SORTED_BY[column]
            write_filter(replace(wanted, sort=other if wanted.sort == first else first))
