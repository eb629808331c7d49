"""The list of accounts, a page at a time, in an order that an index gives.

A page starts after the last row of the page before it (keyset), so page 10,000 costs what page 1
costs, and a row that appears meanwhile shifts nothing. How its rows are found stands in
data_access.account_walk.
"""

from collections import namedtuple
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import pandas as pd
from sqlalchemy import Engine, Row, select

from data_access import filtering
from data_access.account_order import Position
from data_access.account_rows import COLUMNS, facts
from data_access.account_segments import segments_of
from data_access.account_walk import walk
from data_access.database import reading
from data_access.filtered import Filtered
from data_access.schema import authorization, seller
from rules.account_filter import AccountFilter
from rules.authorization import DEFAULT_BANDS, status

_a = authorization.c
_s = seller.c

ListedAccount = namedtuple("ListedAccount", [*(column.name for column in COLUMNS), "status"])
"""One row of the list: COLUMNS and `status`, the value of rules.authorization.Status."""

LAST = "last"
"""The cursor of the last page of every order."""

SHOWS = "list"
"""The part of a screen that shows it."""


@dataclass(frozen=True)
class Page:
    """Rows of the list with where to go from here.

    accounts  one a row
    before    cursor of the page before, None on the first
    after     cursor of the next page, None on the last
    """

    accounts: list[ListedAccount]
    before: str | None
    after: str | None

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The same as a frame, for whoever computes with it: columns as in ListedAccount.

        Made only when asked for. A screen that draws them in words is faster without.
        """
        return pd.DataFrame(self.accounts, columns=ListedAccount._fields)


def account_page(
    wanted: AccountFilter,
    as_of: datetime,
    cursor: str | None = None,
    size: int = 50,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
) -> Page:
    """A page of the accounts that `wanted` means, in its order.

    cursor: `before` or `after` of a page of the same order; None for the first page, LAST for
    the last, which is as long as the others.
    Raises BadCursor, DatabaseAway.
    """
    segments = segments_of(wanted, as_of, bands)
    from_end = cursor == LAST
    start = Position.read(cursor, len(segments)) if cursor and not from_end else None
    backwards = from_end or (start is not None and start.backwards)
    with reading(of) as connection:
        filtered = Filtered.of(connection, wanted, as_of, bands)
        found = list(walk(connection, segments, filtered, start, backwards, size + 1))
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_before = more if backwards else start is not None
    has_after = not from_end if backwards else more
    return Page(
        accounts=[_account(row, as_of, bands) for _, row in found],
        before=Position.of(found[0], True).write() if found and has_before else None,
        after=Position.of(found[-1], False).write() if found and has_after else None,
    )


def every_page(
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
    batch: int = 2_000,
) -> Iterator[Page]:
    """All accounts that `wanted` means, in its order, in pages of up to `batch`, none empty: for
    the export.

    Each account comes once. One that is renewed meanwhile moves within the order: where it would
    come again it is left out, and where it would be missed it comes at the end.
    Raises DatabaseAway.
    """
    cursor = None
    known: set[int] = set()
    while True:
        page = account_page(wanted, as_of, cursor, batch, bands, of)
        new = [account for account in page.accounts if account.id not in known]
        known.update(account.id for account in new)
        if new:
            yield replace(page, accounts=new)
        if page.after is None:
            break
        cursor = page.after
    missed = _missed(known, wanted, as_of, bands, of)
    for start in range(0, len(missed), batch):
        yield Page(accounts_of(missed[start : start + batch], as_of, bands, of), None, None)


def _missed(
    known: set[int], wanted: AccountFilter, as_of: datetime, bands: Sequence[int], of: Engine | None
) -> list[int]:
    """The numbers of the accounts that are meant and not known."""
    with reading(of) as connection:
        meant = filtering.conditions(connection, wanted, as_of, bands)
        numbers = select(_a.id).where(*meant).execution_options(yield_per=20_000)
        return [number for number in connection.scalars(numbers) if number not in known]


def accounts_of(
    ids: Sequence[int],
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
) -> list[ListedAccount]:
    """Accounts by their numbers, in no order. Raises DatabaseAway."""
    rows = (
        select(*COLUMNS)
        .join_from(authorization, seller, _a.seller_id == _s.id)
        .where(_a.id.in_(ids))
    )
    with reading(of) as connection:
        return [_account(row, as_of, bands) for row in connection.execute(rows)]


def every_account(
    wanted: AccountFilter,
    as_of: datetime,
    bands: Sequence[int] = DEFAULT_BANDS,
    of: Engine | None = None,
    batch: int = 2_000,
) -> Iterator[pd.DataFrame]:
    """The same as frames, for whoever computes with them: columns as in ListedAccount."""
    return (page.rows for page in every_page(wanted, as_of, bands, of, batch))


def _account(row: Row, as_of: datetime, bands: Sequence[int]) -> ListedAccount:
    return ListedAccount(*row[: len(COLUMNS)], status(facts(row), as_of, bands).value)
