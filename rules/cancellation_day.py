"""The first day of a horizon on which an account is past the cancellation mark.

The same answer as rules.account_health.cancellation_mark_at, for a million accounts: only whole
days are wanted, so halving takes a handful of steps instead of thirty, and most accounts have so
much stock for so few orders that Amazon's own cancellations come first without any search.
"""

from math import exp, lgamma, log

import numpy as np
from numpy.typing import NDArray

from rules.account_health import (
    CANCELLATION_MARK,
    cancellation_mark_by_amazon,
    cancellation_rate,
)
from rules.assumptions import Assumptions, Profile
from rules.day_numbers import Floats

# An oversold share of orders below this moves the day of the mark by less than ten minutes.
_NEGLIGIBLE_RATE = 0.001


def cancellation_day(
    seller: Profile, start: Floats, as_of: float, days: int, assumptions: Assumptions
) -> NDArray[np.int32]:
    """First whole day, 0 to `days`, past the mark if the lapse goes on; `days` + 1 for none.

    start: beginning of each lapse in days after `as_of`, itself a day number; may be negative.
    """
    share = assumptions.unworked_share
    by_amazon = cancellation_mark_by_amazon(
        as_of + start, seller.handling_days, share, assumptions.auto_cancel_business_days
    )
    by_amazon = np.where(seller.seller_fulfilled_orders > 0, by_amazon - as_of, np.inf)
    # Rounded, so that a mark passed on the very minute of a day's end counts on that day.
    last = np.ceil(np.clip(by_amazon - 1e-9, 0, days + 1)).astype(np.int32)
    first = np.ceil(np.maximum(start, 0.0)).astype(np.int32)
    chosen = np.flatnonzero(
        (last > first) & _may_oversell(seller, last - start, assumptions.stock_per_offer)
    )

    def passed(rows: NDArray, day: NDArray) -> NDArray[np.bool_]:
        rate = cancellation_rate(
            seller.rows(rows),
            as_of + start[rows],
            as_of + day,
            share,
            assumptions.stock_per_offer,
            assumptions.auto_cancel_business_days,
        )
        return rate > CANCELLATION_MARK

    # Most are not past the mark even a day before Amazon's cancellations take them past it.
    chosen = chosen[passed(chosen, last[chosen] - 1)]
    low, high = first[chosen], last[chosen] - 1
    for _ in range(int(np.max(high - low, initial=0)).bit_length()):
        middle = (low + high) // 2
        # A span that has shrunk to one day stays there: its middle is that day itself.
        early = passed(chosen, middle) | (middle >= high)
        low, high = np.where(early, low, middle + 1), np.where(early, middle, high)
    last[chosen] = high
    return last


def _may_oversell(seller: Profile, blocked_days: Floats, stock: int) -> NDArray[np.bool_]:
    """Whether oversold orders may be more than a negligible share after so many days.

    That share is at most P(N ≥ stock) / (1 − share elsewhere) for N ~ Poisson(mean), and
    P(N ≥ stock) is at most mean^stock / stock!. Solved for the mean, so that no power is taken.
    """
    mean = seller.demand_per_offer * blocked_days
    if stock == 0:
        return mean > 0
    sold_here = 1 - seller.other_channel_share.max(initial=0.0)
    # By logarithms, because the factorial of a large stock is too large for a float.
    least = exp((log(_NEGLIGIBLE_RATE * sold_here) + lgamma(stock + 1)) / stock)
    return (mean > least) & (seller.seller_fulfilled_orders > 0)
