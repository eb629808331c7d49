"""What the tests of data_access share: the renewal's fixtures, a mail server, and processes."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.forgetting import set_up
from tests.mailing import Postbox, mail_settings, postbox
from tests.renewing import (  # noqa: F401 - fixtures
    _desk_url,
    _stand_in,
    amazon,
    browser,
    configured,
    live_now,
)


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Processes forked from a clean one that has imported what they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.data_access.killing"])
    return context


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Postbox]:
    """A mail server that the desk is set to."""
    with postbox() as made, set_up(mail_settings(made), tmp_path):
        yield made
