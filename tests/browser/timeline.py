"""The bars of a chart of expiries, clicked and brushed as a hand does it."""

import re

from playwright.sync_api import Page, expect
from tenacity import retry, retry_if_exception_type, stop_after_attempt

DAYS = re.compile(r"from=\d{4}-\d\d-\d\d&to=\d{4}-\d\d-\d\d")

patiently = retry(
    stop=stop_after_attempt(5), retry=retry_if_exception_type(AssertionError), reraise=True
)


def highest_bar(page: Page) -> dict:
    """Where the highest bar of the timeline is drawn, once the chart has come to rest."""
    # A week without any account has a bar too, of no height.
    bars = page.locator(".js-plotly-plot .barlayer .point path").locator("visible=true")
    expect(bars.first).to_be_visible()
    before = None
    while before != (now := [bar.bounding_box() for bar in bars.all()]):
        before = now
    return max(now, key=lambda box: box["height"])


def middle(box: dict) -> tuple[float, float]:
    """The middle of a box."""
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@patiently
def click_highest_bar(page: Page) -> None:
    """Clicks the highest bar until the address says so: the chart may still be settling in."""
    x, y = middle(highest_bar(page))
    page.mouse.move(x, y)
    expect(page.locator(".hoverlayer .hovertext").first).to_be_visible()
    # As a hand does it: Plotly takes no click in the very instant in which it shows the hover.
    page.wait_for_timeout(300)
    page.mouse.click(x, y, delay=80)
    expect(page).to_have_url(DAYS, timeout=4_000)


@patiently
def brush_the_middle(page: Page) -> None:
    """Draws a box over the middle of the chart until the address says so."""
    highest_bar(page)
    page.locator('.modebar-btn[data-val="select"]').click()
    box = page.locator(".js-plotly-plot .nsewdrag").bounding_box()
    left, right = box["x"] + box["width"] * 0.4, box["x"] + box["width"] * 0.6
    page.mouse.move(left, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(right, box["y"] + box["height"] - 5, steps=8)
    page.mouse.up()
    expect(page).to_have_url(DAYS, timeout=4_000)
