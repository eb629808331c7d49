"""What the Today screen shows beside the call list: groups of accounts, each with a link."""

from collections.abc import Mapping
from datetime import UTC, datetime

import streamlit as st

from data_access.work_list import NEWS, Group
from pages.parts import formats
from pages.parts.places import TODAY
from pages.parts.viewer import Viewer

SHOW, SINCE = "show", "since"


def asked_group() -> Group | None:
    """The group that the address asks for; None for the call list."""
    try:
        return Group(st.query_params.get(SHOW, ""))
    except ValueError:
        return None


def asked_since(otherwise: datetime) -> datetime:
    """Since when things are news by the address, so that a link shows a colleague the same."""
    try:
        asked = datetime.fromtimestamp(int(st.query_params.get(SINCE, "")), UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
    return asked.astimezone(otherwise.tzinfo) if 2000 <= asked.year <= 2200 else otherwise


def query_of(group: Group, since: datetime) -> dict[str, str]:
    """The parameters of a link to a group."""
    query = {SHOW: group.value}
    return query | {SINCE: str(int(since.timestamp()))} if group in NEWS else query


def group_name(viewer: Viewer, group: Group | None) -> str:
    """A group in words."""
    _ = viewer.text
    return {
        None: _("Whom to call first"),
        Group.PROMISES: _("Promises due"),
        Group.BACK: _("Snoozes that end today"),
        Group.EXPIRED: _("Newly expired"),
        Group.RENEWED: _("Renewed"),
        Group.REFUSED: _("Newly refused"),
        Group.SNOOZED: _("Snoozed"),
    }[group]


def group_links(
    viewer: Viewer, counts: Mapping[Group, int], since: datetime, shown: Group | None
) -> None:
    """A link for each group with its number; the one that is shown is bold."""
    _ = viewer.text
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="groups"):
        _link(viewer, None, "", {}, shown)
        for group in (Group.PROMISES, Group.BACK, Group.SNOOZED):
            _link(viewer, group, _number(viewer, counts, group), query_of(group, since), shown)
        st.space("stretch")
        st.caption(
            _("Since {moment}:").format(moment=formats.moment(viewer, since)),
            width="content",
            help=_("Your last visit, or the moment that the address names."),
        )
        for group in NEWS:
            _link(viewer, group, _number(viewer, counts, group), query_of(group, since), shown)


def _number(viewer: Viewer, counts: Mapping[Group, int], group: Group) -> str:
    return formats.number(viewer, counts[group])


def _link(
    viewer: Viewer, group: Group | None, number: str, query: dict[str, str], shown: Group | None
) -> None:
    name = group_name(viewer, group)
    label = f"{name} **{number}**" if number else name
    if group is shown:
        label = f":primary[**{name} {number}**]".replace(" **", "**")
    st.page_link(TODAY, label=label, query_params=query)
