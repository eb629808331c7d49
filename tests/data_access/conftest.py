from tests.renewing import (  # noqa: F401 - fixtures
    _desk_url,
    _migrated,
    _stand_in,
    amazon,
    browser,
    configured,
    live_now,
)
