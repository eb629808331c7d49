"""What a process makes once of its settings and keeps, which a test with others must not meet."""

from data_access import (
    audit_export,
    database,
    export,
    keys,
    lapse_report,
    links,
    settings,
    unsubscribe,
)
from web import outcome_page, return_path

KEPT = (
    settings.settings,
    # As it is, and not what a test puts in its place.
    database.engine,
    keys.link_key,
    keys.erasure_key,
    keys._cipher,
    links._signer,
    export._signer,
    lapse_report._signer,
    unsubscribe._signer,
    audit_export._signer,
    outcome_page._signer,
    return_path._signer,
)


def forget() -> None:
    """Lets settings, keys and the database be looked up anew."""
    for kept in KEPT:
        kept.cache_clear()
