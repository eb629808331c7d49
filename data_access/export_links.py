"""What holds for every address that gives an export: for an hour, for whom a page made it."""

from collections.abc import Iterator
from contextlib import contextmanager

from data_access.signed import Tampered, TooOld
from rules.acts import Actor

LIFETIME_SECONDS = 3_600


class ExportRefused(Exception):
    """The export cannot be made; the text says why and what to do."""


@contextmanager
def readable(where: str) -> Iterator[None]:
    """What is read in it must be an address of ours that is not too old, or ExportRefused says so.

    where: what one goes back to for a new one
    """
    try:
        yield
    except TooOld:
        raise ExportRefused(
            f"This export link is older than an hour. Go back to {where} and take a new one."
        ) from None
    except (Tampered, ValueError):
        raise ExportRefused("This export link is not one of ours, or was cut short.") from None


def check_reader(made_for: str, actor: Actor) -> None:
    """Raises ExportRefused where an address was made for somebody else than who asks now."""
    if actor.name != made_for:
        raise ExportRefused("This export link was made for somebody else. Take one of your own.")
