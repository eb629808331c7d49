"""The time that the rules give for catching up is the time that a real rate limiter takes."""

import pytest

from rules.catch_up import PATCH_LISTINGS_ITEM, SEARCH_ORDERS, pages_for, seconds_for
from tests.amazon_stand_in.calls import ORDERS_PATH, get, patch
from tests.amazon_stand_in.running import running_stand_in

STANDING_CLOCK = 1_800_000_000.0


def seconds_waited(amazon, call, calls: int, step: float) -> float:
    """Makes so many calls as fast as the limiter lets them through; the clock moves by waiting."""
    waited = 0.0
    for _ in range(calls):
        while call().status_code == 429:
            amazon.advance(seconds=step)
            waited += step
    return waited


@pytest.mark.parametrize("orders", [1, 2_000, 2_001, 2_300])
def test_orders_of_a_gap_are_fetched_when_the_rules_say(orders):
    with running_stand_in(clock=lambda: STANDING_CLOCK) as amazon:
        token = amazon.access_token()
        pages = int(pages_for(orders))
        waited = seconds_waited(amazon, lambda: get(amazon, ORDERS_PATH, token), pages, step=2)
    assert waited == pytest.approx(float(seconds_for(pages, SEARCH_ORDERS)), abs=2 * 2)


@pytest.mark.parametrize("offers", [5, 6, 40])
def test_offers_are_sent_again_when_the_rules_say(offers):
    with running_stand_in(clock=lambda: STANDING_CLOCK) as amazon:
        token = amazon.access_token()
        waited = seconds_waited(amazon, lambda: patch(amazon, token), offers, step=0.05)
    assert waited == pytest.approx(float(seconds_for(offers, PATCH_LISTINGS_ITEM)), abs=0.1)
