"""A picture of the chart is there before Plotly is, and looks the same when Plotly has come."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.account_rows import TABLE, choose_preset
from tests.browser.tabs import DESKTOP, PHONE, READY, TWO_FRAMES, settled, visit

PICTURE = "#first-chart"
CHART = ".stPlotlyChart .main-svg"
OF_STREAMLIT = f"#root {TABLE} tbody"
ASKED = re.compile("/account-rows/timeline")
ROWS = re.compile(r"/account-rows\?")
PLOTLY = re.compile(r"/PlotlyChart\.[\w-]+\.js")

PARTS = {
    "bars": (".bars > path", ".barlayer .point path"),
    "marks": (".mark", ".shapelayer path"),
    "heads of arrows": (".arrow", ".annotation-arrow-g path:last-child"),
    "names": (".names text", ".legendtext"),
    "looks of the names": (".names > g > path", ".legendpoints path"),
    "months": (".month", ".xtick text"),
    "numbers": (".count", ".ytick text"),
    "what is written": (".note", ".annotation-text"),
}
"""Of the picture, and of Plotly's chart, in the order in which both draw them."""

LOOKS = """(place, selector) => {
  const { x, y } = place.getBoundingClientRect();
  const tileOf = (fill) =>
    fill.startsWith('url') && document.querySelector(fill.match(/#[\\w-]+/)[0]);
  return [...place.querySelectorAll(selector)].map((each) => {
    const box = each.getBoundingClientRect();
    const { fill, stroke, opacity, fontFamily, fontSize } = getComputedStyle(each);
    const tile = tileOf(fill), isText = each.matches('text');
    return [
      [box.x - x, box.y - y, box.width, box.height],
      isText
        ? [each.textContent, fill, fontFamily, fontSize]
        : [stroke === 'rgb(0, 0, 0)' ? 'none' : stroke, opacity,
           tile ? getComputedStyle(tile.querySelector('rect')).fill : fill,
           tile ? tile.querySelector('path, circle').getBBox().width : 'not striped'],
    ];
  });
}"""


class Script:
    """Plotly's, on its way to a tab; it may be held back."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._waiting: list[Route] = []

    def hold(self) -> None:
        """Keeps it from now on."""
        self._page.route(PLOTLY, lambda route: self._waiting.append(route))

    def let_go(self) -> None:
        """Hands it over."""
        for route in self._waiting:
            route.continue_()


@pytest.fixture
def plotly(fresh_page: Page) -> Script:
    """What draws the chart of the fresh tab."""
    return Script(fresh_page)


def looks(page: Page, selector: str, which: int) -> dict[str, list[Any]]:
    """Where each part of the picture, or of the chart, stands in it, and how it looks."""
    page.evaluate(TWO_FRAMES)
    return {
        part: page.locator(selector).evaluate(LOOKS, selectors[which])
        for part, selectors in PARTS.items()
    }


def place(page: Page, selector: str) -> list[float]:
    """Where on the screen something stands."""
    return [*page.locator(selector).bounding_box().values()]


def test_the_picture_is_there_before_streamlit_and_leaves_when_the_chart_has_come(
    fresh_page, desk, fresh_stream
):
    fresh_stream.hold()
    fresh_page.goto(f"{desk}/?region=EU")
    picture = fresh_page.locator(PICTURE).get_by_role("img", name=re.compile("^Expiries from"))
    expect(picture).to_be_visible()
    said = picture.get_attribute("aria-label")
    expect(fresh_page.locator(CHART)).to_have_count(0)
    fresh_stream.let_go()
    # A browser that reads Plotly's script for the first time needs longer than an expectation has.
    fresh_page.wait_for_selector(CHART)
    expect(fresh_page.get_by_role("figure", name=said, exact=True)).to_be_visible()
    expect(fresh_page.locator(PICTURE)).to_have_count(0)


@pytest.mark.parametrize(
    ("scheme", "size", "query"),
    [("light", DESKTOP, "within=30"), ("dark", DESKTOP, ""), ("light", PHONE, "status=active")],
)
def test_it_looks_as_the_chart_does_and_stands_where_the_chart_will(
    fresh_page, desk, fresh_stream, plotly, scheme, size, query
):
    fresh_page.emulate_media(color_scheme=scheme)
    fresh_page.set_viewport_size(size)
    visit(fresh_page, f"{desk}/?{query}")
    fresh_stream.hold()
    plotly.hold()
    fresh_page.reload()
    expect(fresh_page.locator(f"{PICTURE} svg")).to_be_visible()
    early = pytest.approx(place(fresh_page, PICTURE), abs=1)
    fresh_stream.let_go()
    fresh_page.wait_for_selector(READY)
    expect(fresh_page.locator(OF_STREAMLIT)).to_have_count(1)
    assert place(fresh_page, PICTURE) == early
    picture = looks(fresh_page, PICTURE, 0)
    plotly.let_go()
    fresh_page.wait_for_selector(CHART)
    expect(fresh_page.locator(PICTURE)).to_have_count(0)
    settled(fresh_page)
    assert place(fresh_page, ".stPlotlyChart") == early
    for part, drawn in looks(fresh_page, ".stPlotlyChart", 1).items():
        assert [look for _, look in picture[part]] == [look for _, look in drawn], part
        for (here, _), (there, _) in zip(picture[part], drawn, strict=True):
            assert here == pytest.approx(there, abs=1), part


def test_it_shows_what_is_asked_for_before_the_chart_has_come(fresh_page, desk, plotly):
    plotly.hold()
    fresh_page.goto(desk)
    picture, shade = fresh_page.locator(PICTURE), fresh_page.locator(f"{PICTURE} .mark[opacity]")
    expect(fresh_page.locator(f"{OF_STREAMLIT} tr").first).to_be_visible()
    expect(picture.locator("svg")).to_be_visible()
    expect(shade).to_have_count(0)
    choose_preset(fresh_page, "in 30 days")
    expect(shade).to_have_count(1)
    choose_preset(fresh_page, "Days")
    expect(picture).to_have_count(0)


def test_on_another_screen_it_is_gone(fresh_page, desk, plotly):
    plotly.hold()
    fresh_page.goto(desk)
    expect(fresh_page.locator(f"{PICTURE} svg")).to_be_visible()
    fresh_page.get_by_role("link", name="Messages").click()
    expect(fresh_page.get_by_role("heading", name="Messages")).to_be_visible()
    expect(fresh_page.locator(PICTURE)).to_have_count(0)


def test_it_asks_for_nothing_before_the_rows_are_there(fresh_page, desk):
    asked, rows = [], []
    fresh_page.on("request", lambda request: ASKED.search(request.url) and asked.append(request))
    fresh_page.route(ROWS, lambda route: rows.append(route))
    fresh_page.goto(desk)
    expect(fresh_page.locator(f"{OF_STREAMLIT} tr").first).to_be_visible()
    assert len(rows) == 1 and not asked
    with fresh_page.expect_request(ASKED):
        rows[0].continue_()


def test_where_it_cannot_be_had_the_chart_comes_by_itself(fresh_page, desk):
    fresh_page.route(ASKED, lambda route: route.abort())
    visit(fresh_page, desk)
    expect(fresh_page.locator(CHART).first).to_be_visible()
    expect(fresh_page.locator(PICTURE)).to_have_count(0)
