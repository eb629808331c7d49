"""A page of the list of accounts, read once for all who look at it."""

from datetime import datetime

from data_access.account_list import Page, account_page
from data_access.settings import settings
from data_access.snapshot import Snapshot
from rules.account_filter import AccountFilter

PAGE_SIZE = 25
"""All of them are seen at once: a list that scrolls inside a page that scrolls loses its reader."""


def listed(shared: Snapshot, wanted: AccountFilter, as_of: datetime, cursor: str | None) -> Page:
    """The page at a cursor, None for the first. Raises BadCursor, DatabaseAway."""
    bands = settings().bands
    asked = "page", wanted, as_of.tzinfo, cursor
    return shared.once(asked, lambda: account_page(wanted, as_of, cursor, PAGE_SIZE, bands))
