"""What an agent needs with the phone in hand: whom, when, what to say, what goes wrong."""

from datetime import datetime

import streamlit as st
from babel import Locale
from babel.core import UnknownLocaleError

from data_access.account_rows import facts
from data_access.marketplaces import country_name
from data_access.messages import Account
from data_access.settings import settings
from data_access.zone_names import zone_names
from data_access.zones import zone_of
from pages.parts import formats
from pages.parts.formats import plain
from pages.parts.viewer import Viewer
from rules.authorization import Status, status
from rules.calling import dialled, is_office_time


def call_card(viewer: Viewer, account: Account, as_of: datetime) -> None:
    """The card, in the agent's language with the seller's terms."""
    _ = viewer.text
    whom(viewer, account, as_of)
    st.markdown("**" + _("What to say") + "**")
    st.markdown("\n".join(f"- {line}" for line in _script(viewer, account, as_of)))
    st.markdown("**" + _("Then together, on the line") + "**")
    st.markdown("\n".join(f"{n}. {line}" for n, line in enumerate(_steps(viewer, account), 1)))
    st.markdown("**" + _("When it does not work") + "**")
    st.markdown("\n".join(f"- **{seen}** {answer}" for seen, answer in troubles(viewer)))


def whom(viewer: Viewer, account: Account, as_of: datetime) -> None:
    """The number to call, whom to ask for, what time it is there, and in which language."""
    _ = viewer.text
    phone = plain(account.phone) or _("No phone number known")
    if number := dialled(account.phone):
        phone = f"[{phone}](tel:{number})"
    with st.container(border=True):
        st.markdown(
            f"**{phone}**  \n"
            + _("Ask for {name}.").format(name=plain(account.contact or account.seller_name))
            + f" {_what_time(viewer, account, as_of)}  \n"
            + _("Speaks {language}.").format(language=language_name(viewer, account.language))
        )


def _what_time(viewer: Viewer, account: Account, as_of: datetime) -> str:
    _ = viewer.text
    if account.time_zone not in zone_names():
        return ":gray[" + _("Nobody knows what time it is there.") + "]"
    local = as_of.astimezone(zone_of(account.time_zone))
    when = (
        _(":green[● {time} there, office hours]")
        if is_office_time(local)
        else _(":orange[◷ {time} there, outside office hours]")
    )
    return f"{when.format(time=formats.clock(viewer, local))} :gray[{local.tzinfo}]"


def language_name(viewer: Viewer, code: str) -> str:
    """A language in the viewer's words; what is none stays as it came."""
    try:
        tag = code.replace("_", "-")
        return Locale.parse(tag, sep="-").get_display_name(viewer.language).capitalize()
    except (UnknownLocaleError, ValueError, TypeError, AttributeError):
        return plain(code) or "–"


def _script(viewer: Viewer, account: Account, as_of: datetime) -> list[str]:
    _ = viewer.text
    now = status(facts(account), as_of, settings().bands)
    shop = plain(account.shop_url.split("://")[-1] or account.seller_name)
    day = (
        formats.day(viewer, account.expires_at.astimezone(zone_of(account.time_zone)).date())
        if account.expires_at
        else ""
    )
    opening = {
        Status.EXPIRED: _(
            "Your permission for {application} at Amazon ({shop}) ended on {day}. Since then "
            "prices, stock and orders are not exchanged."
        ),
        Status.REFUSED: _(
            "Amazon refuses us access to {shop}, before the permission has ended. Please look in "
            "Seller Central first whether the account is active."
        ),
        Status.NOT_AUTHORIZED: _(
            "{application} does not have your permission at Amazon yet ({shop}), so nothing is "
            "exchanged."
        ),
    }.get(
        now,
        _(
            "Your permission for {application} at Amazon ({shop}) ends on {day}. Then prices, "
            "stock and orders stop."
        ),
    )
    return [
        opening.format(application=plain(settings().application_name), shop=shop, day=day),
        _("It takes about two minutes, and we can do it now, together."),
        _("All settings stay as they are."),
    ]


def _steps(viewer: Viewer, account: Account) -> list[str]:
    _ = viewer.text
    central = "Vendor Central" if account.partner_kind == "vendor" else "Seller Central"
    return [
        _("Open the link from our message, in a private window; press the red button, then OK."),
        _("Sign in to {central} ({country}), account {account}.").format(
            central=central,
            country=plain(country_name(account.home_marketplace, Locale(viewer.language))),
            account=plain(account.selling_partner_id),
        ),
        _("Tick the box, press Confirm."),
        _("Wait for “The connection has been established”; this screen turns green by itself."),
    ]


def troubles(viewer: Viewer) -> list[tuple[str, str]]:
    """What sellers see when it does not work, and what helps."""
    _ = viewer.text
    return [
        (
            _("Wrong account at Amazon:"),
            _("log out everywhere, take a private window, choose the right account first."),
        ),
        (
            _("“Invalid access”, “primary user”:"),
            _(
                "the primary user has to do it, or a user with “Selling Partner Appstore” (View "
                "& Edit) and “Manage Authorized Partners”."
            ),
        ),
        (
            _("“Professional selling account”:"),
            _("an Individual plan cannot be connected; the plan has to be changed first."),
        ),
        (
            _("The login is not accepted:"),
            _("it is the one of Amazon Pay; the one of Seller Central is needed."),
        ),
        (
            _("“Enable authorization” instead of “Renew”:"),
            _("the same, after the end of a permission; go on."),
        ),
        (
            _("Renewed in Seller Central, but still blocked:"),
            _("our own link has to be used once."),
        ),
        (
            _("“Is this phishing?”:"),
            _("open Seller Central by hand, Manage Your Apps: our name stands there."),
        ),
        (
            _("“I will delete it and connect anew”:"),
            _("please not: renewing keeps all settings, deleting loses them."),
        ),
    ]
