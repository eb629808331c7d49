from tests.renewing import (  # noqa: F401 - fixtures
    _desk_url,
    _stand_in,
    amazon,
    browser,
    configured,
    live_now,
)
