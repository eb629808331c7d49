"""The day of the slider stands in chart and tiles ahead of Streamlit, which counts in the end."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.account_rows import choose_preset
from tests.browser.stream import Stream
from tests.browser.tabs import DESKTOP, PHONE, settled, visit

SLIDER = ".st-key-effect_until"
TILES = ".st-key-tiles_damage [data-testid=stCaptionContainer]"
COMPARED = "[data-testid=stTable]"

OFF_THE_SLIDER = """() => {
  const chart = document.querySelector('.js-plotly-plot');
  const day = new Date(document.querySelector('.st-key-effect_until input').value / 1000);
  return [...document.querySelectorAll('.js-plotly-plot .shapelayer path')].filter((line, n) => {
    const axis = chart._fullLayout[n ? 'xaxis2' : 'xaxis'];
    const place = axis._offset + axis.r2p(day.toISOString().slice(0, 10));
    return Math.abs(line.getPointAtLength(0).x - place) > 1;
  }).length;
}"""
"""How many lines of the chart do not stand where the slider stands."""

WATCH = f"""() => {{
  const look = {OFF_THE_SLIDER};
  window.seen = [];
  const frame = () => {{ seen.push(look()); requestAnimationFrame(frame); }};
  requestAnimationFrame(frame);
}}"""


def opened(page: Page, desk: str) -> Page:
    """The screen, of one moment: by itself it goes on to the next five minutes with a click."""
    return visit(page, f"{desk}/sync-effect?as_of={datetime.now(UTC):%Y-%m-%d}")


def thumb(page: Page) -> Locator:
    """What one drags, or moves by keys."""
    return page.locator(SLIDER).get_by_role("slider")


def lines(page: Page) -> list[str]:
    """The lines of the day in the chart, as they are drawn."""
    drawn = page.locator(".js-plotly-plot .shapelayer path")
    expect(drawn).to_have_count(2)
    return [line.get_attribute("d") for line in drawn.all()]


def tiles(page: Page) -> list[str]:
    """What each tile says of the slider's day."""
    return page.locator(TILES).all_text_contents()


def seen(page: Page) -> tuple[list[str], list[str]]:
    """All that is to follow the slider."""
    return lines(page), tiles(page)


def by_key(page: Page) -> None:
    """Moves the slider by a month."""
    thumb(page).press("PageUp")


def by_drag(page: Page) -> None:
    """Drags the slider to the middle, and does not let go."""
    thumb(page).hover(force=True)
    page.mouse.down()
    box = page.locator(SLIDER).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.mark.parametrize("move", [by_key, by_drag])
def test_chart_and_tiles_follow_the_slider_before_streamlit_has_said_anything(
    page, desk, stream, move
):
    page = opened(page, desk)
    address, before, compared = page.url, seen(page), page.locator(COMPARED).first.text_content()
    stream.hold()
    move(page)
    assert page.evaluate(OFF_THE_SLIDER) == 0
    ahead = seen(page)
    assert all(now != then for now, then in zip(sum(ahead, []), sum(before, []), strict=True))
    assert (page.url, page.locator(COMPARED).first.text_content()) == (address, compared)
    page.mouse.up()
    stream.let_go()
    expect(page).to_have_url(re.compile("until="))
    settled(page)
    assert seen(page) == ahead
    assert page.locator(COMPARED).first.text_content() != compared


def test_what_follows_a_drag_that_is_taken_back_is_what_was_there_before(page, desk, stream):
    page = opened(page, desk)
    before = seen(page)
    stream.hold()
    thumb(page).press("PageUp")
    assert seen(page) != before
    thumb(page).press("PageDown")
    assert seen(page) == before
    stream.let_go()
    settled(page)
    assert seen(page) == before


def test_no_frame_shows_another_day_than_the_slider_while_streamlit_catches_up(fresh_page, desk):
    page = opened(fresh_page, desk)
    page.evaluate(WATCH)
    for _ in range(12):
        thumb(page).press("ArrowRight")
    thumb(page).press("Home")
    expect(page).to_have_url(re.compile("until="))
    settled(page)
    frames = page.evaluate("seen")
    assert len(frames) > 10 and set(frames) == {0}


@pytest.mark.parametrize(
    ("tab", "size", "scheme"),
    [
        ("fresh_page", DESKTOP, "light"),
        ("fresh_page", PHONE, "dark"),
        ("german", DESKTOP, "dark"),
        ("german", PHONE, "light"),
    ],
    ids=[
        "English-desktop-light",
        "English-phone-dark",
        "German-desktop-dark",
        "German-phone-light",
    ],
)
def test_it_says_the_same_as_streamlit_in_either_language_on_each_screen(
    request, desk, tab, size, scheme
):
    """Each pair of a language, a size and a scheme comes once."""
    page = request.getfixturevalue(tab)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    stream = Stream(page)
    opened(page, desk)
    stream.hold()
    for key in ("End", "PageDown", "ArrowLeft"):
        thumb(page).press(key)
    ahead = seen(page)
    assert page.evaluate(OFF_THE_SLIDER) == 0
    stream.let_go()
    expect(page).to_have_url(re.compile("until="))
    settled(page)
    assert seen(page) == ahead


def year_or_end(message: ForwardMsg) -> bool:
    """Whether it brings what the tiles say of each day, or says that all is drawn, which takes
    away what was not."""
    brings_year = message.delta.new_element.HasField("bidi_component")
    return brings_year or message.WhichOneof("type") == "script_finished"


def test_tiles_of_other_accounts_wait_for_what_is_said_of_these(page, desk, stream):
    page = opened(page, desk)
    of_all = tiles(page)
    stream.hold_only(year_or_end)
    choose_preset(page, "in 30 days")
    for tile, text in enumerate(of_all):
        expect(page.locator(TILES).nth(tile)).not_to_have_text(text)
    of_some = tiles(page)
    stream.hold()
    thumb(page).press("PageUp")
    assert page.evaluate(OFF_THE_SLIDER) == 0
    assert tiles(page) == of_some
    stream.let_go()
    expect(page).to_have_url(re.compile("within=30.*until="))
    settled(page)
    later = tiles(page)
    assert all(now != then for now, then in zip(later, of_some, strict=True))
    stream.hold()
    thumb(page).press("PageDown")
    assert tiles(page) == of_some


def test_streamlits_day_comes_where_the_script_does_not(fresh_page, desk):
    fresh_page.route("**/ahead.js*", lambda route: route.abort())
    page = opened(fresh_page, desk)
    before = seen(page)
    by_key(page)
    expect(page).to_have_url(re.compile("until="))
    settled(page)
    assert page.evaluate(OFF_THE_SLIDER) == 0
    assert all(now != then for now, then in zip(sum(seen(page), []), sum(before, []), strict=True))
