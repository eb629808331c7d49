"""The blocks of an account's screen."""

from datetime import datetime

import pandas as pd
import streamlit as st

from data_access.account_detail import AccountDetail
from data_access.addresses import whole_address
from data_access.applications import has_renew_link
from data_access.lapse_report import report_path
from pages.parts import formats, statuses
from pages.parts.account_table import reminders, row_link
from pages.parts.allowed import refusal
from pages.parts.formats import plain
from pages.parts.places import ACCOUNT, AUDIT
from pages.parts.viewer import Viewer
from rules.account_filter import PLANS
from rules.acts import Act, Role
from rules.authorization import Status, seller_action


def dates(viewer: Viewer, detail: AccountDetail, of: Status, as_of: datetime) -> None:
    """When it was granted and lapses, how sure that is, and Amazon's notices so far."""
    _ = viewer.text
    account = detail.account
    st.header(_("Dates"), anchor=False)
    source = {
        "computed": _("computed: granted + 365 days; Amazon publishes no date"),
        "seller_reported": _("as the seller read it in Manage Your Apps"),
    }.get(account.expiry_source, account.expiry_source)
    _pairs(
        "dates",
        [
            (_("Granted"), formats.moment_with_zone(viewer, account.granted_at)),
            (_("Expires"), formats.moment_with_zone(viewer, account.expires_at)),
            (_("Days left"), formats.left(viewer, account.expires_at, as_of)),
            (_("How we know"), source if account.expires_at else "–"),
            (_("Amazon's reminders"), reminders(viewer, account.expires_at, as_of)),
            (_("Last good call"), formats.moment_with_zone(viewer, account.confirmed_at)),
            (_("Last good sync"), formats.moment_with_zone(viewer, account.last_sync_at)),
        ],
    )
    claimed = account.claimed_expires_at
    if claimed and account.expires_at and abs(claimed - account.expires_at).days >= 1:
        st.warning(
            _("The source says {claimed}, which is not granted + 365 days.").format(
                claimed=formats.moment_with_zone(viewer, claimed)
            ),
            icon=":material/event_busy:",
        )
    if of is Status.PAUSED and account.paused_reason:
        st.info(plain(account.paused_reason), icon=":material/pause:")


def renewing(viewer: Viewer, detail: AccountDetail, of: Status) -> None:
    """What the seller must do, and the link that does it."""
    _ = viewer.text
    with st.container(border=True):
        st.header(_("Renew"), anchor=False)
        has_to = _("The seller has to:")
        st.markdown(f":gray[{has_to}] {statuses.action(viewer, seller_action(of))}")
        if of in (Status.ACTIVE, Status.EXPIRING):
            st.caption(_("Renewing early is safe, but forfeits the days that are left."))
        if not has_renew_link(detail.account.application_id):
            st.info(
                _("Belongs to another application at Amazon, so it cannot be renewed here."),
                icon=":material/link_off:",
            )
            return
        link = row_link(viewer, detail.account)
        if link is None:
            st.caption(refusal(viewer, Act.MAKE_LINK))
            return
        st.code(whole_address(link), language=None, wrap_lines=True)
        st.caption(_("Copy it for the seller; it needs no login and is good for 45 days."))
        st.link_button(_("Open the renew page"), link, icon=":material/open_in_new:", key="renew")


def contact(viewer: Viewer, detail: AccountDetail) -> None:
    """Who the seller is to us and to Amazon; whom to call says call_card.whom."""
    _ = viewer.text
    account = detail.account
    st.header(_("Seller"), anchor=False)
    _pairs(
        "seller",
        [
            (_("Customer number"), plain(account.customer_number)),
            (_("E-mail"), plain(account.email) or _("none known")),
            (_("Shop"), plain(f"{account.shop} {account.shop_url}".strip()) or "–"),
        ],
    )
    st.header(_("At Amazon"), anchor=False)
    _pairs(
        "amazon",
        [
            (_("Selling partner id"), plain(account.selling_partner_id)),
            (
                _("Region · marketplaces"),
                f"{account.region} · {plain(account.marketplaces.replace(',', ' '))}",
            ),
            (_("Plan"), _(account.plan) if account.plan in PLANS else plain(account.plan) or "–"),
            (_("Application"), plain(account.application_id)),
        ],
    )
    if account.plan == "individual":
        st.warning(
            _("Individual selling plan: Amazon lets only Professional accounts authorize."),
            icon=":material/warning:",
        )


def siblings(viewer: Viewer, detail: AccountDetail) -> None:
    """The seller's other authorizations, each with an expiry of its own."""
    _ = viewer.text
    if detail.siblings.empty:
        return
    st.header(_("Other authorizations of this seller"), anchor=False)
    for row in detail.siblings.itertuples():
        expires = formats.known(row.expires_at)
        st.page_link(
            ACCOUNT,
            label=f"{row.region} · {plain(row.marketplaces.replace(',', ' '))} – "
            f"{formats.moment(viewer, expires)}",
            query_params={"id": str(row.id)},
        )


def history(viewer: Viewer, detail: AccountDetail, as_of: datetime) -> None:
    """Every grant, renewal and lapse that we know of, the latest first."""
    _ = viewer.text
    st.header(_("History"), anchor=False)
    if viewer.actor.is_at_least(Role.AGENT):
        st.page_link(
            AUDIT,
            label=_("Who did what, in the audit trail"),
            icon=":material/history:",
            query_params={"account": str(detail.account.id)},
        )
    entries = [
        (row.at, _event_name(viewer, row.kind), plain(row.actor))
        for row in detail.events.itertuples()
    ] + [
        (
            row.began_at,
            _lapsed(viewer, row.began_at, row.ended_at)
            + f" · [{_('Report')}]({_report(viewer, detail, row.began_at)})",
            "",
        )
        for row in detail.lapses.itertuples()
    ]
    expires = detail.account.expires_at
    if expires is not None and expires <= as_of:
        entries.append((expires, _("Lapsed; not renewed yet"), ""))
    if not entries:
        st.caption(_("Nothing has happened yet."))
        return
    for at, what, who in sorted(entries, key=lambda entry: entry[0], reverse=True):
        by = f" :gray[· {who}]" if who else ""
        st.markdown(f":gray[{formats.moment_with_zone(viewer, at)}] {what}{by}")


def _lapsed(viewer: Viewer, began_at: datetime, ended_at: datetime) -> str:
    days = (ended_at - began_at).days
    return viewer.plural(
        "Lapsed until {until} ({days} day)", "Lapsed until {until} ({days} days)", days
    ).format(until=formats.moment_with_zone(viewer, ended_at), days=days)


def _report(viewer: Viewer, detail: AccountDetail, began_at: datetime) -> str:
    return report_path(detail.account.id, began_at, viewer.language, viewer.zone.key, viewer.name)


def _event_name(viewer: Viewer, kind: str) -> str:
    _ = viewer.text
    known = {
        "granted": _("Granted"),
        "renewed": _("Renewed"),
        "removed": _("Removed from the source"),
        "message_sent": _("Message sent"),
        "sent_taken_back": _("“Sent” taken back"),
        "changed": _("Data changed"),
        "assigned": _("Owner changed"),
        "snoozed": _("Snoozed"),
        "woken": _("Snooze ended"),
        "promised": _("Renewal promised"),
        "promise_ended": _("Promise taken back"),
        "noted": _("Note written"),
        "note_withdrawn": _("Note withdrawn"),
        "opted_out": _("Reminders stopped"),
        "opted_in": _("Reminders on again"),
    }
    return known.get(kind, plain(kind.replace("_", " ")))


def _pairs(key: str, pairs: list[tuple[str, str]]) -> None:
    names, values = zip(*pairs, strict=True)
    with st.container(key=f"pairs_{key}"):
        st.table(
            pd.DataFrame({"value": values}, index=[f":gray[{name}]" for name in names]),
            border="horizontal",
            hide_header=True,
            width="stretch",
        )
