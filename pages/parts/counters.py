"""The first thing on the screen: how many accounts there are of each kind, each a link."""

from datetime import datetime, timedelta

import streamlit as st

from data_access.freshness import Freshness
from data_access.overview import Overview
from data_access.settings import settings
from pages.parts import formats, statuses
from pages.parts.places import ACCOUNTS
from pages.parts.url import query_of
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.authorization import BLOCKING, Status


def status_counters(viewer: Viewer, seen: Overview) -> None:
    """A tile a status; its name links to the accounts of that status."""
    with st.container(horizontal=True, gap="xsmall", key="tiles_counters"):
        for of in Status:
            with st.container(border=True, gap=None):
                st.page_link(
                    ACCOUNTS,
                    label=statuses.coloured(viewer, of),
                    query_params=query_of(AccountFilter(statuses=(of,))),
                    help=f"{statuses.cause(viewer, of)} {_remark(viewer, of)}",
                )
                st.metric(
                    statuses.word(viewer, of),
                    formats.number(viewer, seen.statuses[of]),
                    label_visibility="collapsed",
                )


def band_counters(viewer: Viewer, seen: Overview, sources: list[Freshness]) -> None:
    """The bands of the expiring accounts, the nearest first, each a link; the age of the data."""
    _ = viewer.text
    with st.container(horizontal=True, vertical_alignment="center", key="bands"):
        st.caption(_("Expiring, days left:"), width="content")
        lower = 0
        for days in sorted(seen.bands):
            wanted = _band(lower, days)
            span = f"{lower}–{days}" if lower != days else str(days)
            st.page_link(
                ACCOUNTS,
                label=f"{span}: **{formats.number(viewer, seen.bands[days])}**",
                query_params=query_of(wanted),
            )
            lower = days + 1
        st.space("stretch")
        st.caption(ages(viewer, sources, seen.as_of), width="content")


def stale_data(viewer: Viewer, sources: list[Freshness], as_of: datetime) -> None:
    """A plain warning for each source that is stale, broken or was never read."""
    _ = viewer.text
    for source in sources:
        name, failure = formats.plain(source.source), formats.plain(source.failure)
        if source.read_at is None and not source.failure:
            # It is being read, or whoever read it was stopped.
            text = _("{source} has not been read to its end yet.")
            st.warning(text.format(source=name), icon=":material/sync:")
        elif source.read_at is None:
            text = _("{source} could not be read yet. {failure}")
            st.warning(text.format(source=name, failure=failure), icon=":material/sync_problem:")
        elif _is_stale(source, as_of):
            text = _(
                "The data of {source} is from {age}: accounts may have been renewed or lapsed "
                "since then. {failure}"
            )
            age = formats.ago(viewer, source.read_at, as_of)
            st.warning(
                text.format(source=name, age=age, failure=failure), icon=":material/schedule:"
            )


def ages(viewer: Viewer, sources: list[Freshness], as_of: datetime) -> str:
    """How old the data of each source is, as far as it is fresh."""
    fresh = [s for s in sources if s.read_at is not None and not _is_stale(s, as_of)]
    return " · ".join(
        viewer.text("Data of {source}: {age}").format(
            source=formats.plain(s.source), age=formats.ago(viewer, s.read_at, as_of)
        )
        for s in fresh
    )


def _is_stale(source: Freshness, as_of: datetime) -> bool:
    old = as_of - source.read_at > timedelta(minutes=settings().stale_after_minutes)
    return old or bool(source.failure)


def _remark(viewer: Viewer, of: Status) -> str:
    _ = viewer.text
    if of in BLOCKING:
        return _("Prices, stock and orders are blocked.")
    return _("Nothing is blocked.")


def _band(lower: int, upper: int) -> AccountFilter:
    return AccountFilter((Status.EXPIRING,), within=upper, beyond=lower - 1 if lower else None)
