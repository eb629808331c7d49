"""Whom somebody wants to write to: accounts that were selected, or all of a list."""

from dataclasses import dataclass
from datetime import datetime

from data_access.account_list import every_account
from data_access.harm_list import accounts_by_id
from data_access.outreach import MOST, Plan, plan
from data_access.settings import settings
from rules.account_filter import AccountFilter


@dataclass(frozen=True)
class LookedUp:
    """Who of them is written to, and how many more there were than go in one go."""

    plan: Plan
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Selected:
    """The accounts that were selected."""

    ids: tuple[int, ...]

    def look_up(self, as_of: datetime) -> LookedUp:
        """Raises DatabaseAway."""
        return LookedUp(plan(accounts_by_id(self.ids, as_of, settings().bands), as_of))


@dataclass(frozen=True, slots=True)
class Listed:
    """All accounts that a filter means; matching: how many its list said there were."""

    wanted: AccountFilter
    matching: int

    def look_up(self, as_of: datetime) -> LookedUp:
        """Raises DatabaseAway."""
        in_one_go = every_account(self.wanted, as_of, settings().bands, batch=MOST)
        accounts = next(in_one_go, accounts_by_id((), as_of))
        return LookedUp(plan(accounts, as_of), max(self.matching - len(accounts), 0))


Addressees = Selected | Listed
