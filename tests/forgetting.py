"""What a process makes once of its settings and keeps, which a test with others must not meet."""

from data_access import database, keys, links, settings, signed

KEPT = (
    settings.settings,
    # As it is, and not what a test puts in its place.
    database.engine,
    keys.link_key,
    keys.erasure_key,
    keys._cipher,
    signed.signer,
    links._token,
)


def forget() -> None:
    """Lets settings, keys and the database be looked up anew."""
    for kept in KEPT:
        kept.cache_clear()
