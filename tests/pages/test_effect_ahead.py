"""What the tiles of Sync effect say of each day, for the script that follows the slider."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from data_access import demo
from data_access.assumptions import set_assumptions
from data_access.login_sessions import NOBODY
from tests.conftest import NOW
from tests.pages.conftest import open_page


def year(page: AppTest) -> dict[str, Any]:
    """What the script is given."""
    (given,) = page.get("bidi_component")
    return json.loads(json.loads(given.proto.json)["year"])


def moved(page: AppTest, days: int) -> AppTest:
    """The same page with the slider at the day that is so many after the first."""
    day = date.fromisoformat(year(page)["first"]) + timedelta(days=days)
    return page.slider(key="effect_until").set_value(day).run()


@pytest.mark.parametrize("language", ["en", "de"])
def test_it_is_what_the_screen_says_when_the_slider_is_there(demo_desk, language):
    page = open_page("sync_effect")
    page.session_state["viewer_language"] = language
    known = year(page.run())
    assert len(known["days"]) == 366
    for day in (0, 1, 40, 365):
        shown = [caption.value for caption in moved(page, day).caption]
        meant = [f"{known['days'][day]}**{each[day]}**" for each in known["tiles"].values()]
        assert len(meant) == 6 and shown[:6] == meant
        assert year(page) == known


def test_other_figures_and_words_are_for_other_tiles(empty_desk):
    demo.fill(40, 2, NOW, of=empty_desk)
    pages = [open_page("sync_effect"), open_page("sync_effect", region="NA")]
    pages.append(open_page("sync_effect", as_of="2027-01-01"))
    set_assumptions({"orders_per_day": 3.0}, NOBODY, NOW)
    pages.append(open_page("sync_effect"))
    pages[-1].session_state["viewer_language"] = "en"
    known = [year(page) for page in pages]
    pages[-1].session_state["viewer_language"] = "de"
    known.append(year(pages[-1].run()))
    tiles = [tile for each in known for tile in each["tiles"]]
    assert len(set(tiles)) == len(tiles) == 5 * 6
