"""How much work expiries make: contacts, hours, people. Every figure of it is an estimate."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """What is assumed of the work with one expiry.

    needing_help    share of the sellers (0 to 1) who do not renew without a person's help
    contacts_each   calls, mails and chats with each of them
    minutes_each    for one contact, the notes afterwards included
    hours_a_week    of one person, that are free for such contacts
    """

    needing_help: float = 0.25
    contacts_each: float = 2.0
    minutes_each: float = 12.0
    hours_a_week: float = 20.0

    def contacts(self, accounts: float) -> float:
        """Expected contacts with the sellers of so many expiring accounts."""
        return accounts * self.needing_help * self.contacts_each

    def hours(self, accounts: float) -> float:
        """Hours that those contacts take."""
        return self.contacts(accounts) * self.minutes_each / 60

    def people(self, accounts: float) -> float:
        """People needed for so many accounts in one week; parts of a person are part-time."""
        return self.hours(accounts) / self.hours_a_week


RANGES = {
    "needing_help": (0.0, 1.0),
    "contacts_each": (0.0, 50.0),
    "minutes_each": (0.0, 480.0),
    "hours_a_week": (1.0, 60.0),
}
"""The least and the greatest value of each assumption."""


def effort_of(values: Mapping[str, float]) -> Effort:
    """The assumptions with some changed. ValueError for an unknown name or a value out of range."""
    for name, value in values.items():
        if name not in RANGES:
            raise ValueError(f"{name} is no assumption; these are: {', '.join(RANGES)}")
        low, high = RANGES[name]
        if not low <= value <= high:
            raise ValueError(f"{name} must lie between {low:g} and {high:g}")
    return Effort(**values)
