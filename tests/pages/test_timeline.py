"""The timeline of the start page: its bars, what it counts, and what choosing bars means."""

import json
import re
from datetime import timedelta

from sqlalchemy import update

from data_access import demo, rollup
from data_access.database import writing
from data_access.schema import authorization
from pages.parts.timeline_chart import selected_days
from tests.conftest import NOW
from tests.pages.conftest import listed, open_page


def test_the_timeline_draws_every_status_and_names_its_days(demo_desk):
    page = open_page("accounts")
    figure = json.loads(page.get("plotly_chart")[0].proto.spec)
    names = [trace["name"] for trace in figure["data"]]
    assert any("Expired" in name for name in names)
    first, last = figure["data"][0]["customdata"][0]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", first)
    assert first <= last


def test_what_is_still_ahead_is_what_will_lapse(empty_desk):
    each = ((False, 20), (False, -9), (True, 20), (True, -20))
    demo.fill(4, 5, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        for account, (paused, days) in enumerate(each, start=1):
            connection.execute(
                update(authorization)
                .where(authorization.c.id == account)
                .values(
                    paused=paused,
                    refused_at=None,
                    granted_at=NOW - timedelta(days=400),
                    expires_at=NOW + timedelta(days=days),
                )
            )
        rollup.rebuild(connection)
    said = open_page("accounts").get("plotly_chart")[0].proto.alt
    assert ": 1 still ahead." in said


def test_an_expiry_after_the_shown_year_has_no_bar(empty_desk):
    demo.fill(20, 5, NOW, of=empty_desk)
    with writing(empty_desk) as connection:
        late = NOW + timedelta(days=1_000)
        connection.execute(update(authorization).values(expires_at=late, paused=False))
        rollup.rebuild(connection)
    page = open_page("accounts")
    assert not page.exception
    assert len(listed(page)) == 20
    assert json.loads(page.get("plotly_chart")[0].proto.spec)["data"] == []


def test_choosing_bars_means_the_days_from_the_first_to_the_last():
    points = [
        {"customdata": ["2026-12-07", "2026-12-13"]},
        {"customdata": ["2026-11-30", "2026-12-06"]},
    ]
    first, last = selected_days({"points": points})
    assert (first.isoformat(), last.isoformat()) == ("2026-11-30", "2026-12-13")
    assert selected_days({"points": []}) is None
