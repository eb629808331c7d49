"""A question for news runs something where there are some, and nothing where there are none."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, insert

from data_access import demo
from data_access.database import make_engine, writing
from data_access.migrate import migrate
from data_access.schema import event
from tests.bench.servers import desk
from tests.conftest import NOW
from tests.web.speaking_streamlit import Tab, open_tab

TRIES = 100
"""The desk looks for news several times meanwhile."""


@pytest.fixture
def opened(tmp_path) -> Iterator[tuple[Tab, Engine]]:
    """An open tab of a desk, and its database."""
    url = f"sqlite:///{tmp_path / 'desk.sqlite'}"
    engine = make_engine(url)
    migrate(engine)
    demo.fill(1, 4, NOW, of=engine)
    with desk(url) as (address, _), open_tab(address, {}) as tab:
        tab.run()
        yield tab, engine
    engine.dispose()


def runs_something(tab: Tab) -> bool:
    """Whether a question does so, before another part of the page that is asked for behind it, or
    all of the page."""
    asking = tab.looks()
    other = next(m.delta.fragment_id for m in tab.seen if m.delta.fragment_id not in ("", asking))
    tab.ask(asking)
    tab.ask(other)
    seen, run = len(tab.seen), []
    while not {other, "all"} & {*run}:
        tab.until_finished()
        begun = [m for m in tab.seen[seen:] if m.WhichOneof("type") == "new_session"]
        run = [part for m in begun for part in (m.metadata.run.fragment_ids or ["all"])]
    return asking in run


def test_nothing_runs_until_there_are_news(opened):
    tab, engine = opened
    assert not all(runs_something(tab) for _ in range(TRIES))
    with writing(engine) as connection:
        connection.execute(insert(event).values(at=NOW, kind="changed", authorization_id=1))
    assert any(runs_something(tab) for _ in range(TRIES))
