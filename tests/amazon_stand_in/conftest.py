from collections.abc import Iterator

import pytest

from tests.amazon_stand_in.running import RunningStandIn, running_stand_in


@pytest.fixture(scope="module")
def _served() -> Iterator[RunningStandIn]:
    # A clock that stands still: what moves it is the test.
    with running_stand_in(clock=lambda: 1_800_000_000.0) as amazon:
        yield amazon


@pytest.fixture
def amazon(_served: RunningStandIn) -> Iterator[RunningStandIn]:
    """The local Amazon, served and as newly started."""
    _served.reset()
    yield _served
    _served.reset()
