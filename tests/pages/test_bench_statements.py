"""`make bench` times every statement of the two screens whose time counts."""

import re

import pytest
from sqlalchemy import Engine, func, select
from streamlit.testing.v1 import AppTest

from data_access.database import engine, reading
from data_access.schema import lapse
from data_access.settings import ROOT
from tests.bench.statements import _scans, calls, filters
from tests.conftest import NOW
from tests.pages.conftest import open_page
from tests.query_plans import statements

VALUES = re.compile(r"\((?:\?|%\(\w+\)s)(?:::\w+)?(?:, (?:\?|%\(\w+\)s)(?:::\w+)?)*\)")


def shapes(seen: list[tuple[str, object]]) -> set[str]:
    """What was asked, however many values a list of it has and whatever they are called; where it
    has none, nothing was."""
    lists = (VALUES.sub("(?)", " ".join(statement.split())) for statement, _ in seen)
    found = {re.sub(r"%\(\w+\)s", "?", statement) for statement in lists}
    return {statement for statement in found if not re.search("1 ?!= ?1", statement)}


@pytest.fixture
def measured(demo_desk: Engine) -> set[str]:
    """What the bench asks."""
    with statements(demo_desk) as seen:
        for _, _, work in calls(demo_desk, NOW):
            work()
    return shapes(seen)


@pytest.mark.parametrize("page", ["accounts", "sync_effect"])
def test_whatever_the_screens_ask_is_measured(demo_desk, measured, page):
    for name, wanted in filters(NOW).items():
        with statements(engine()) as seen:
            open_page(page, **dict(wanted.to_query()))
        assert seen, name
        assert shapes(seen) - measured == set(), name


def test_whatever_the_frame_around_them_asks_is_measured(demo_desk, measured):
    with statements(engine()) as seen:
        frame = AppTest.from_file(ROOT / "pages/navigation.py", default_timeout=30).run()
    assert not frame.exception
    assert shapes(seen) - measured == set()


def test_a_pass_over_a_table_is_told_though_it_goes_along_an_index(demo_database):
    def count() -> None:
        with reading(demo_database) as connection:
            connection.execute(select(func.count()).select_from(lapse)).all()

    assert _scans(demo_database, count) == "passes over lapse"
