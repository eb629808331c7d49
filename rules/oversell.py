"""How many orders are taken for goods that are no longer there.

While stock updates are blocked, Amazon keeps selling against the last stock it was told of, and
the shop keeps selling on its other channels without knowing of the orders on Amazon. When the
orders arrive at last, some of them find an empty shelf.
"""

import numpy as np
from numpy.typing import ArrayLike

from rules.assumptions import Profile
from rules.day_numbers import Floats


def expected_excess(mean: ArrayLike, stock: int) -> Floats:
    """Expected units asked for beyond the stock: E[max(0, N − stock)] for N ~ Poisson(mean).

    Written as mean − stock + E[max(0, stock − N)], which has `stock` terms instead of endlessly
    many. `mean` may have any shape.
    """
    mean = np.asarray(mean, dtype=np.float64)
    chance = np.exp(-mean)
    left_over = stock * chance
    for units in range(1, stock):
        chance = chance * mean / units
        left_over += (stock - units) * chance
    return np.maximum(mean - stock + left_over, 0.0)


def expected_oversold(profile: Profile, blocked_days: ArrayLike, stock: int) -> Floats:
    """Expected seller-fulfilled orders on Amazon that cannot be served after `blocked_days`.

    Per offer max(0, demand on Amazon + demand elsewhere − stock) with Poisson demands, less what
    the demand elsewhere could not get even alone: the shop sees its own shelf, so it never sells
    there what is gone, and an order that was not placed on Amazon cannot be cancelled there. So
    the figure never passes the number of orders. Goods in Amazon's warehouse are not oversold:
    of the offers, the same share is seller-fulfilled as of the orders. One order asks for one
    unit, and all offers sell alike.
    """
    offers = profile.offers * profile.seller_fulfilled_share
    return offers * excess_per_offer(profile, blocked_days, stock)


def excess_per_offer(profile: Profile, blocked_days: ArrayLike, stock: int) -> Floats:
    """`expected_oversold` for one seller-fulfilled offer."""
    everywhere = profile.demand_per_offer * np.asarray(blocked_days, dtype=np.float64)
    elsewhere = everywhere * profile.other_channel_share
    excess = expected_excess(everywhere, stock) - expected_excess(elsewhere, stock)
    return np.maximum(excess, 0.0)
