"""What an agent agrees at the end of a call, in one go: a note, a promise, a snooze, an owner."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from data_access import casework
from data_access.case_batches import Done, Progress, quietly
from rules import casework as rules
from rules.acts import Actor


@dataclass(frozen=True, slots=True)
class Plan:
    """What is agreed about some accounts.

    note          what was said; empty for none
    promised_for  the day by which the seller renews
    until         the day until which the account is out of sight
    reason        of the snooze
    owner         who holds it from now on; None leaves it as it is
    """

    note: str = ""
    promised_for: date | None = None
    until: date | None = None
    reason: str = ""
    owner: str | None = None

    def checked(self, at: datetime) -> "Plan":
        """The plan, if all of it can be done. Raises CaseworkRefused."""
        if self.note:
            rules.note(self.note)
        if self.promised_for is not None:
            rules.promised(self.promised_for, at)
        if self.until is not None:
            rules.snooze_until(self.until, at)
            rules.reason(self.reason)
        if self.owner is not None:
            rules.owner(self.owner)
        return self


def carried_out(
    plan: Plan,
    actor: Actor,
    accounts: Collection[int],
    at: datetime,
    of: Engine | None = None,
    progress: Progress = quietly,
) -> Iterator[Done]:
    """Does the parts of a plan one after the other and says each as soon as it is done; nothing
    where a part of it cannot be taken. Raises CaseworkRefused, NotAllowed, HalfDone, DatabaseAway.
    """
    plan.checked(at)
    shared = (at, of, progress)
    if plan.note:
        yield casework.write_note(actor, accounts, plan.note, *shared)
    if plan.owner is not None:
        yield casework.assign(actor, accounts, plan.owner, *shared)
    if plan.promised_for is not None:
        yield casework.promised(actor, accounts, plan.promised_for, *shared)
    if plan.until is not None:
        yield casework.put_off(actor, accounts, plan.until, plan.reason, *shared)
