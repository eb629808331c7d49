"""Accounts: what an agent needs at half past eight, without a click."""

from data_access.freshness import freshness
from data_access.overview import overview
from data_access.settings import settings
from data_access.snapshot import snapshot
from pages.parts.counters import band_counters, stale_data, status_counters
from pages.parts.failures import said_plainly
from pages.parts.filtered_list import filtered_list
from pages.parts.listing import no_accounts
from pages.parts.live import stop
from pages.parts.url import show_address
from pages.parts.viewer import require_viewer
from rules.account_filter import AccountFilter

viewer = require_viewer()
shared = snapshot()
as_of = shared.as_of.astimezone(viewer.zone)
with said_plainly(viewer):
    everyone = overview(AccountFilter(), as_of, settings().bands, shared=shared)
    sources = freshness()
    stale_data(viewer, sources, as_of)
    if everyone.total == 0:
        no_accounts(viewer)
        stop(viewer)
    status_counters(viewer, everyone)
    band_counters(viewer, everyone, sources)
show_address()
filtered_list(viewer.now())
