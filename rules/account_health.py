"""Amazon's marks for a seller's account, and the day on which a lapse crosses them.

Only seller-fulfilled orders count. Rates are expected values under steady sales.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rules.assumptions import Profile
from rules.business_days import add_business_days, latest_start
from rules.day_numbers import Floats
from rules.oversell import excess_per_offer

LATE_MARK = 0.04
"""Late shipment rate must stay under 4 %.
https://sellercentral.amazon.it/gp/help/external/200285190"""

LATE_WINDOWS = (10, 30)
"""Days over which the late shipment rate is taken, both equally important.
https://sellercentral-europe.amazon.com/forums/t/late-shipment-rate-10-day-or-30-day/219320/6"""

CANCELLATION_MARK = 0.025
"""Cancellation rate before fulfilment must stay under 2.5 %.
https://sellercentral-europe.amazon.com/gp/help/external/help.html?itemID=200285210"""

CANCELLATION_WINDOW = 7
"""Days over which the cancellation rate is taken (source as for CANCELLATION_MARK)."""

AUTO_CANCEL_BUSINESS_DAYS = 7
"""Business days after ship-by until an unconfirmed order is cancelled by Amazon. Counts as a
cancellation, not as late.
https://sellercentral.amazon.com/forums/t/important-update-regarding-auto-cancellation-timeline/694871"""

# Beyond ten years no mark that oversold orders alone could cross is looked for.
_SEARCHED_DAYS = 3_650.0
_HALVINGS = 30
_A_SECOND = 1 / 86_400


def late_rate(
    blocked_days: ArrayLike, handling_days: ArrayLike, unworked_share: float, window: int
) -> Floats:
    """Late shipment rate, 0 to 1, over the last `window` days of a lapse of `blocked_days`.

    (1 − f) · max(0, D − h) / window, and no more than 1 − f once the whole window is late.
    """
    late_days = np.asarray(blocked_days, dtype=np.float64) - handling_days
    return unworked_share * np.clip(late_days, 0, window) / window


def days_to_late_mark(handling_days: ArrayLike, unworked_share: float, window: int) -> Floats:
    """Days of lapse after which the late shipment rate passes 4 %; inf when it never does.

    With nobody working by hand that is 0.4 days (10-day window) or 1.2 days (30-day window) after
    the first order of the lapse was due.
    """
    handling = np.asarray(handling_days, dtype=np.float64)
    if unworked_share <= LATE_MARK:
        return np.full_like(handling, np.inf)
    return handling + LATE_MARK * window / unworked_share


def auto_cancelled_days(
    blocked_from: ArrayLike, until: ArrayLike, handling_days: ArrayLike, business_days: float
) -> Floats:
    """How many days' worth of orders Amazon has cancelled by `until` (day numbers).

    max(0, D − h − n7), where n7 is not an average: it is the exact 9 to 11 calendar days that
    seven business days before `until` take.
    """
    first_due = np.asarray(blocked_from, dtype=np.float64) + handling_days
    return np.maximum(latest_start(until, business_days) - first_due, 0.0)


def cancellation_rate(
    profile: Profile,
    blocked_from: ArrayLike,
    until: ArrayLike,
    unworked_share: float,
    stock: int,
    business_days: float = AUTO_CANCEL_BUSINESS_DAYS,
) -> Floats:
    """Cancellation rate, 0 to 1, over the seven days before `until` of a lapse that still lasts.

    Cancelled by Amazon, plus cancelled by the seller because the order was oversold, over all
    seller-fulfilled orders of those days; 0 for a seller without such orders.
    """
    blocked_days = np.maximum(np.asarray(until, dtype=np.float64) - blocked_from, 0.0)
    # seven calendar days are five business days, so the days cancelled within the last week are
    # those cancelled altogether, up to seven.
    automatic = auto_cancelled_days(blocked_from, until, profile.handling_days, business_days)
    automatic = unworked_share * np.minimum(automatic, CANCELLATION_WINDOW) / CANCELLATION_WINDOW
    a_week_ago = np.maximum(blocked_days - CANCELLATION_WINDOW, 0.0)
    oversold = excess_per_offer(profile, blocked_days, stock)
    oversold -= excess_per_offer(profile, a_week_ago, stock)
    ordered = profile.orders_per_offer * CANCELLATION_WINDOW
    oversold = np.divide(oversold, ordered, out=np.zeros_like(oversold), where=ordered > 0)
    return np.where(profile.seller_fulfilled_orders > 0, np.minimum(automatic + oversold, 1), 0)


def cancellation_mark_by_amazon(
    blocked_from: ArrayLike,
    handling_days: ArrayLike,
    unworked_share: float,
    business_days: float = AUTO_CANCEL_BUSINESS_DAYS,
) -> Floats:
    """Day number at which Amazon's own cancellations alone pass 2.5 %; inf when they never do."""
    first_due = np.asarray(blocked_from, dtype=np.float64) + handling_days
    if unworked_share <= CANCELLATION_MARK:
        return np.full_like(first_due, np.inf)
    needed = CANCELLATION_MARK * CANCELLATION_WINDOW / unworked_share
    return add_business_days(first_due + needed, business_days)


def cancellation_mark_at(
    profile: Profile,
    blocked_from: ArrayLike,
    unworked_share: float,
    stock: int,
    business_days: float = AUTO_CANCEL_BUSINESS_DAYS,
) -> Floats:
    """Day number at which the cancellation rate passes 2.5 % if the lapse goes on.

    inf when it never does, NaN where `blocked_from` is NaN. Oversold orders can only make it
    earlier than `cancellation_mark_by_amazon`; by how much is found by halving the time between,
    for those accounts alone where it is earlier at all.
    """
    start = np.asarray(blocked_from, dtype=np.float64)
    by_amazon = cancellation_mark_by_amazon(
        start, profile.handling_days, unworked_share, business_days
    )
    mark = np.where(profile.seller_fulfilled_orders > 0, by_amazon, np.inf)
    mark[np.isnan(start)] = np.nan

    def passed(rows: Profile, since: Floats, moments: Floats) -> NDArray[np.bool_]:
        rate = cancellation_rate(rows, since, moments, unworked_share, stock, business_days)
        return rate > CANCELLATION_MARK

    high = np.minimum(mark, start + _SEARCHED_DAYS)
    earlier = np.flatnonzero(passed(profile, start, high - _A_SECOND))
    if not earlier.size:
        return mark
    rows, since, high = profile.rows(earlier), start[earlier], high[earlier]
    low = since
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        early = passed(rows, since, middle)
        low, high = np.where(early, low, middle), np.where(early, middle, high)
    mark[earlier] = high
    return mark
