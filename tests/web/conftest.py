from collections.abc import Iterator

import pytest

from tests.renewing import (  # noqa: F401 - fixtures
    _desk_url,
    _stand_in,
    amazon,
    browser,
    configured,
    expired,
    live_now,
)
from tests.signing_in import LoginDesk
from tests.signing_in import login_desk as running_login_desk


@pytest.fixture(scope="session")
def login_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginDesk]:
    """A desk with a login and five sellers; tests leave its sellers as they are."""
    with running_login_desk(tmp_path_factory.mktemp("login")) as desk:
        yield desk
