"""Which accounts the buttons under a list mean."""

from dataclasses import dataclass
from datetime import datetime

from data_access.case_reading import ids_of
from data_access.settings import settings
from rules.account_filter import AccountFilter


@dataclass(frozen=True, slots=True)
class Chosen:
    """Accounts that were picked, or all of a filter.

    count   how many there are
    ids     the picked ones; empty where all of `wanted` are meant
    wanted  the filter whose accounts are all meant
    as_of   the moment that the filter speaks of
    title   what a dialog about them is called: the seller of a single one
    """

    count: int
    as_of: datetime
    ids: tuple[int, ...] = ()
    wanted: AccountFilter | None = None
    title: str = ""

    @property
    def meant(self) -> tuple[frozenset[int], AccountFilter | None, int]:
        """Equal where two speak of the same accounts, or of as many of the same filter."""
        return frozenset(self.ids), self.wanted, self.count

    def accounts(self) -> list[int]:
        """Their numbers. Raises DatabaseAway."""
        if self.wanted is None:
            return list(self.ids)
        return ids_of(self.wanted, self.as_of, settings().bands)
