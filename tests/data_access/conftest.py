"""What the tests of data_access share: the renewal's fixtures, and a mail server."""

from collections.abc import Iterator
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


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Postbox]:
    """A mail server that the desk is set to."""
    with postbox() as made, set_up(mail_settings(made), tmp_path):
        yield made
