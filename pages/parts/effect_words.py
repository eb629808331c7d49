"""The words of the Sync effect screen: figures with their formulas, inputs, reasons."""

from dataclasses import dataclass

from data_access.settings import settings
from pages.parts import formats
from pages.parts.viewer import Viewer
from rules.harm import Reason

MONEY = ("money_waiting", "money_delayed", "average_order_value")
SHARES = (
    "seller_fulfilled_share",
    "other_channel_share",
    "handled_by_hand_share",
    "usual_renewal_rate",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the engine: its name, how it is estimated, and from which columns and
    assumptions."""

    label: str
    formula: str
    inputs: tuple[str, ...]


def figures(viewer: Viewer) -> dict[str, Figure]:
    """Every figure that the screen shows, by its column."""
    _ = viewer.text
    return {
        "accounts_blocked": Figure(
            _("Accounts blocked"),
            _(
                "Accounts whose expiry is reached, or that Amazon refused before. Today's number "
                "is counted; later ones say who will have lapsed under the scenario."
            ),
            ("usual_renewal_rate",),
        ),
        "orders_waiting": Figure(
            _("Orders waiting"),
            _("Orders a day × days blocked, for each account that is blocked."),
            ("orders_per_day",),
        ),
        "offers_stale_price": Figure(
            _("Offers, stale price"),
            _(
                "Distinct offers, since only the latest price matters: "
                "offers × (1 − e^(−changes a day × days blocked ÷ offers))."
            ),
            ("price_changes_per_day", "offers"),
        ),
        "offers_stale_stock": Figure(
            _("Offers, stale stock"),
            _(
                "Distinct offers, since only the latest stock matters: "
                "offers × (1 − e^(−changes a day × days blocked ÷ offers))."
            ),
            ("stock_changes_per_day", "offers"),
        ),
        "money_waiting": Figure(
            _("Money unseen"),
            _("Orders waiting × average order value."),
            ("orders_per_day", "average_order_value"),
        ),
        "accounts_past_a_mark": Figure(
            _("Sellers past a mark"),
            _(
                "Accounts whose late shipments passed 4% over 10 or 30 days, or whose "
                "cancellations passed 2.5% over 7 days, Amazon's published marks. Nobody handling "
                "orders, that is 0.4 days after the first order was due."
            ),
            ("seller_fulfilled_share", "handling_days", "handled_by_hand_share"),
        ),
        "orders_late": Figure(
            _("Orders late"),
            _(
                "Orders a day that the seller ships × share not handled by hand × "
                "(days blocked − handling days). What Amazon ships is not late."
            ),
            ("orders_per_day", "seller_fulfilled_share", "handling_days", "handled_by_hand_share"),
        ),
        "orders_auto_cancelled": Figure(
            _("Orders cancelled by Amazon"),
            _(
                "The same orders, each seven business days after its ship-by date, when Amazon "
                "cancels what nobody confirmed."
            ),
            ("orders_per_day", "seller_fulfilled_share", "handling_days", "handled_by_hand_share"),
        ),
        "orders_oversold": Figure(
            _("Orders oversold"),
            _(
                "Per offer that the seller ships, the expected demand of Amazon and the other "
                "channels together beyond the stock that Amazon was last told (Poisson), less what "
                "the other channels would lack alone."
            ),
            (
                "orders_per_day",
                "offers",
                "seller_fulfilled_share",
                "other_channel_share",
                "stock_per_offer",
            ),
        ),
        "orders_delayed": Figure(
            _("Orders delayed altogether"),
            _("Orders that wait or have waited, whether or not they were fetched since."),
            ("orders_per_day",),
        ),
        "blocked_account_days": Figure(
            _("Blocked days"),
            _("Days blocked, summed over all accounts."),
            (),
        ),
    }


def inputs(viewer: Viewer) -> dict[str, str]:
    """The columns of a profile and the assumptions, in words."""
    _ = viewer.text
    return {
        "orders_per_day": _("Orders a day"),
        "seller_fulfilled_share": _("Share of orders that the seller ships"),
        "price_changes_per_day": _("Price changes a day"),
        "stock_changes_per_day": _("Stock changes a day"),
        "offers": _("Offers"),
        "average_order_value": _("Average order value"),
        "handling_days": _("Handling days"),
        "other_channel_share": _("Share of sales on other channels"),
        "handled_by_hand_share": _("Share handled by hand during a lapse"),
        "stock_per_offer": _("Units in stock for each offer"),
        "auto_cancel_business_days": _("Business days until Amazon cancels"),
        "backfill_days": _("Days of orders that can be fetched afterwards"),
        "usual_renewal_rate": _("Share of sellers who renew in time by themselves"),
        "orders_per_page": _("Orders in one answer of Amazon"),
        "feed_above_offers": _("Offers from which on one feed is sent"),
        "feed_processing_minutes": _("Minutes that Amazon takes for a feed"),
        "application_calls_per_second": _("Calls a second for all sellers together"),
    }


def reasons(viewer: Viewer) -> dict[Reason, str]:
    """Why an account stands where it stands."""
    _ = viewer.text
    return {
        Reason.BLOCKED_NOW: _("blocked now"),
        Reason.EXPIRES_WITHIN_WEEK: _("expires within a week"),
        Reason.LAPSED_BEFORE: _("lapsed before"),
        Reason.NO_REACTION_TO_REMINDERS: _("no reaction to reminders"),
        Reason.OPENED_LINK_WITHOUT_RENEWING: _("opened the link, did not renew"),
        Reason.LARGE_LOSS_PER_DAY: _("large loss"),
        Reason.SHIPS_ITSELF: _("ships itself"),
    }


def amount(viewer: Viewer, name: str, value: float) -> str:
    """A figure as the viewer reads it."""
    if name in MONEY:
        return formats.money(viewer, value)
    return formats.estimate(viewer, value)


def short(viewer: Viewer, name: str, value: float) -> str:
    """The same where room is scarce: millions as millions."""
    if name in MONEY and value >= 1e6:
        return formats.short_money(viewer, value)
    return amount(viewer, name, value)


def setting(viewer: Viewer, name: str, value: float | None) -> str:
    """An input or an assumption as the viewer reads it."""
    if value is None:
        return viewer.text("no limit")
    if name in SHARES:
        return formats.exact_percent(viewer, value)
    if name in MONEY:
        return f"{formats.decimal(viewer, value)} {settings().currency}"
    return formats.decimal(viewer, value)
