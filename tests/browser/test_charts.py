"""Charts are drawn in the room that they were given, and nothing of them is cut off."""

import pytest

from tests.browser.tabs import PHONE, visit

CHART = ".js-plotly-plot"
DRAWN = f"{CHART} .ytick text, {CHART} .y2tick text, {CHART} .xtick text, {CHART} .x2tick text"
LAID_OUT = """chart => {
  const asked = chart.layout.margin, given = chart._fullLayout._size;
  return ['l', 'r', 't', 'b'].map((side) => [asked[side], given[side]]);
}"""
BOXES = """drawn => drawn.map((each) => {
  const box = each.getBoundingClientRect();
  return [box.left, box.right, box.top, box.bottom];
})"""


@pytest.mark.parametrize("path", ["/", "/?status=active", "/sync-effect"])
def test_numbers_and_days_of_a_chart_have_the_room_that_it_was_given(page, desk, path):
    visit(page, desk + path)
    chart = page.locator(CHART)
    # Plotly draws a figure a second time to give it more room.
    assert all(abs(asked - given) < 1 for asked, given in chart.evaluate(LAID_OUT))
    left, right, top, bottom = chart.evaluate_all(BOXES)[0]
    boxes = page.locator(DRAWN).evaluate_all(BOXES)
    assert len(boxes) > 5
    for box in boxes:
        assert left <= box[0] and box[1] <= right and top <= box[2] and box[3] <= bottom


def test_the_tools_of_a_chart_leave_its_title_free_on_a_phone(page, desk):
    page.set_viewport_size(PHONE)
    visit(page, f"{desk}/sync-effect")
    chart = page.locator(CHART)
    tools = chart.locator(".modebar-group").evaluate_all(BOXES)
    lowest = max(bottom for _left, _right, _top, bottom in tools)
    titles = chart.locator(".annotation-text").evaluate_all(BOXES)
    assert len(titles) == 2
    assert lowest <= min(top for _left, _right, top, _bottom in titles)
