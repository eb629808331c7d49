"""What colleagues hold, and the card for the next shift."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

import streamlit as st

from data_access.addresses import whole_address
from data_access.case_reading import Holding
from data_access.work_list import NEWS, Group, members, names_of
from pages.parts import formats
from pages.parts.allowed import only
from pages.parts.bulk_bar import assign
from pages.parts.chosen import Chosen
from pages.parts.places import ACCOUNTS
from pages.parts.today_data import Blocked
from pages.parts.today_groups import group_name, query_of
from pages.parts.url import query_of as filter_query
from pages.parts.viewer import Viewer
from rules.account_filter import AccountFilter
from rules.acts import Act

NAMED = 5
"""So many sellers of a group are named in the card; its link shows all."""


def colleagues(viewer: Viewer, held: Sequence[Holding], as_of: datetime) -> None:
    """Who holds how many accounts, each a link; a colleague's accounts can be taken over."""
    _ = viewer.text
    if not held:
        st.caption(_("Nobody holds an account yet. Select rows and assign them."))
        return
    with st.container(horizontal=True, gap="small", key="colleagues"):
        for each in held:
            _holding(viewer, each, as_of)


def _holding(viewer: Viewer, each: Holding, as_of: datetime) -> None:
    _ = viewer.text
    wanted = AccountFilter(owners=(each.owner,))
    mine = each.owner == viewer.name
    name = _("{owner} (you)").format(owner=each.owner) if mine else each.owner
    with st.container(border=True, width=230, gap="xsmall"):
        st.page_link(
            ACCOUNTS,
            label=f"**{formats.plain(name)}** · {formats.number(viewer, each.accounts)}",
            query_params=filter_query(wanted),
            icon=":material/person:",
        )
        st.caption(
            _("{blocked} blocked, {expiring} expiring").format(
                blocked=formats.number(viewer, each.blocked),
                expiring=formats.number(viewer, each.expiring),
            )
        )
        if not mine and st.button(
            _("Take over"),
            icon=":material/move_up:",
            key=f"take_over_{each.owner}",
            **only(viewer, Act.ASSIGN),
        ):
            title = viewer.plural(
                "{n} account of {owner}", "{n} accounts of {owner}", each.accounts
            ).format(n=formats.number(viewer, each.accounts), owner=each.owner)
            assign(viewer, Chosen(each.accounts, as_of, wanted=wanted, title=title), viewer.name)


def handover(
    viewer: Viewer,
    blocked: Blocked,
    counts: Mapping[Group, int],
    held: Sequence[Holding],
    since: datetime,
    as_of: datetime,
) -> str:
    """The card for the next shift, as plain text with a link for each group."""
    _ = viewer.text
    lines = [
        _("Handover by {agent}, {moment}").format(
            agent=viewer.name, moment=formats.moment_with_zone(viewer, as_of)
        ),
        _("Blocked now: {n} accounts, {about} orders waiting").format(
            n=formats.number(viewer, blocked.accounts),
            about=formats.about(viewer, blocked.orders),
        ),
    ]
    for group in (Group.PROMISES, Group.BACK):
        lines += _group(viewer, group, counts[group], since, as_of)
    lines.append(_("Since {moment}:").format(moment=formats.moment_with_zone(viewer, since)))
    for group in NEWS:
        lines += _group(viewer, group, counts[group], since, as_of)
    if held:
        names = ", ".join(
            _("{owner} {n} ({blocked} blocked)").format(
                owner=each.owner,
                n=formats.number(viewer, each.accounts),
                blocked=formats.number(viewer, each.blocked),
            )
            for each in held
        )
        lines.append(_("Who holds what: {names}").format(names=names))
    return "\n".join(lines)


def _group(viewer: Viewer, group: Group, count: int, since: datetime, as_of: datetime) -> list[str]:
    head = f"- {group_name(viewer, group)}: {formats.number(viewer, count)}"
    if not count:
        return [head]
    address = whole_address(f"/today?{urlencode(query_of(group, since))}")
    ids = members(group, since, as_of, most=NAMED)
    names = names_of(ids)
    said = "; ".join(names[each] for each in ids if each in names)
    more = "; …" if count > len(ids) else ""
    return [f"{head} {address}", f"  {said}{more}"]
