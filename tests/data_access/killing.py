"""Carries one renewal through in a process that kills itself before a certain step."""

import asyncio
import os
import signal
from pathlib import Path

from data_access import funnel, renewals
from data_access.database import make_engine
from rules.renewal_steps import Callback
from tests.forgetting import set_up


def die() -> None:
    """As if the power went."""
    os.kill(os.getpid(), signal.SIGKILL)


def finish(
    database_url: str,
    settings: dict[str, str],
    home: str,
    callback: tuple[str, str, str],
    cookie: str,
    die_before: str,
) -> None:
    """Finishes the renewal, unless the step named `die_before` comes first.

    "the grant's commit" dies within the transaction of the grant; "" lives to the end.
    """
    with set_up(settings, Path(home)):
        if die_before == "the grant's commit":
            funnel.record = lambda *_: die()

        class Mortal(renewals.Renewals):
            async def _perform(self, step):
                if type(step).__name__ == die_before:
                    die()
                return await super()._perform(step)

        engine = make_engine(database_url)
        asyncio.run(Mortal(engine).finish(Callback(*callback), cookie))
