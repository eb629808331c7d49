"""The desk's process state for tests of screens: its settings, its database, its clock."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd
import pytest
import streamlit as st
import time_machine
from sqlalchemy import Engine
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner
from streamlit.testing.v1.element_tree import Button
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

from data_access.database import reading
from data_access.history import last_event
from pages.parts import rows_first
from tests.conftest import NOW
from tests.forgetting import forget


@pytest.fixture(scope="session", autouse=True)
def _packages_looked_through_once() -> Iterator[None]:
    """Each run of an AppTest would look for components in all installed packages anew, which takes
    longer than the screen."""
    with pytest.MonkeyPatch.context() as patch:
        scan = "scan_component_manifests"
        patch.setattr(manifest_scanner, scan, cache(getattr(manifest_scanner, scan)))
        yield


def _run_has_ended(runner: LocalScriptRunner, timeout: float) -> None:
    runner._script_thread.join(timeout)
    assert runner.script_stopped(), f"a screen was not drawn within {timeout} s"


@pytest.fixture(scope="session", autouse=True)
def _waits_for_the_end_of_a_run() -> Iterator[None]:
    """An AppTest would look a thousand times a second whether its run has ended, and be in the way
    of that run each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", _run_has_ended)
        yield


@pytest.fixture
def at_desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The desk with settings of its own, at half past eight on a Monday."""
    monkeypatch.setenv("DESK_LINK_KEY", "k" * 40)
    monkeypatch.setenv("DESK_ERASURE_KEY", "e" * 40)
    # No browser has to read any scripts here.
    monkeypatch.setattr(rows_first, "AT_MOST", 0)
    forget()
    with time_machine.travel(NOW, tick=True):
        yield monkeypatch
    forget()


@pytest.fixture
def demo_desk(at_desk: pytest.MonkeyPatch, demo_database: Engine) -> Iterator[Engine]:
    """The desk over 300 demo accounts, whose history a test must not add to: others read it."""
    at_desk.setenv("DESK_DATABASE_URL", demo_database.url.render_as_string(hide_password=False))
    forget()
    before = _last_event(demo_database)
    yield demo_database
    assert _last_event(demo_database) == before


def _last_event(engine: Engine) -> int:
    with reading(engine) as connection:
        return last_event(connection)


@pytest.fixture
def empty_desk(at_desk: pytest.MonkeyPatch, database: Engine) -> Engine:
    """The desk over a token database without accounts."""
    # What other tests had in the same database at the same moment is still remembered.
    st.cache_data.clear()
    st.cache_resource.clear()
    at_desk.setenv("DESK_DATABASE_URL", database.url.render_as_string(hide_password=False))
    forget()
    return database


NAVIGATION = """
import streamlit as st
from pages.parts import places

pages = [
    places.ACCOUNTS,
    places.TODAY,
    places.ACCOUNT,
    places.DATA,
    places.MESSAGES,
    places.SYNC_EFFECT,
    places.WORKLOAD,
    places.AUDIT,
]
known = [st.Page(path, default=path.stem == {name!r}) for path in pages if path.exists()]
st.navigation(known, position="hidden").run()
"""


def open_page(name: str, **query: str | list[str]) -> AppTest:
    """Runs a page as a deep link would, and insists that nothing broke."""
    page = AppTest.from_string(NAVIGATION.format(name=name), default_timeout=30)
    for parameter, value in query.items():
        page.query_params[parameter] = value
    page.run()
    assert not page.exception, page.exception
    return page


def said(page: AppTest) -> str:
    """Everything the page says in Markdown, captions and boxes."""
    parts = (*page.markdown, *page.caption, *page.success, *page.error, *page.info, *page.warning)
    return "\n".join(each.value for each in parts)


def given(page: AppTest) -> dict[str, Any]:
    """What the table of the screen of accounts is drawn from in the browser."""
    (table,) = page.get("bidi_component")
    shown = json.loads(table.proto.json)
    return shown | {"list": json.loads(shown["list"])}


def listed(page: AppTest) -> pd.DataFrame:
    """The accounts of that table, a row each: the id and what the reader sees in its cells, of the
    renew link where it leads to."""
    shown = given(page)["list"]
    said_in = {"status": "text", "renew": "href", "open": "text"}
    columns = [column["name"] for column in shown["columns"]]
    rows = [
        [row["id"], *(_part(row["cells"][name], said_in.get(name)) for name in columns)]
        for row in shown["rows"]
    ]
    return pd.DataFrame(rows, columns=["id", *columns])


def _part(cell: Any, name: str | None) -> Any:
    return cell[name] if cell and name else cell


def in_table(page: AppTest, event: str, value: object) -> AppTest:
    """Tells the screen of a click in the table, as the browser does."""
    states = page._tree.get_widget_states()
    told = states.widgets.add()
    (table,) = page.get("bidi_component")
    told.id = f"$$STREAMLIT_INTERNAL_KEY_{table.proto.id}__events"
    told.json_trigger_value = json.dumps([{"event": event, "value": value}])
    return page._run(states)


def buttons_of(page: AppTest, column: str) -> str:
    """What the browser calls the buttons that a column of the first of Streamlit's tables has."""
    return page.dataframe[0].proto.button_click_widgets[column]


def press(page: AppTest, buttons: str, row: object) -> AppTest:
    """Presses one of these in a row, as the browser tells of it."""
    states = page._tree.get_widget_states()
    told = states.widgets.add()
    told.id = buttons
    told.string_trigger_value.data = json.dumps({"row": row, "label": ""})
    return page._run(states)


def button_of(page: AppTest, name: str) -> Button:
    """The button of that name whose key tells besides for which accounts it is."""
    return next(each for each in page.button if (each.key or "").startswith(f"{name}-"))


def tick(page: AppTest, *ids: int) -> AppTest:
    """Ticks these accounts of that table, and no others, as the browser tells of it."""
    now = given(page)
    ticked = {"which": now["list"]["which"], "ids": [int(each) for each in ids], "run": now["run"]}
    page.session_state["accounts"] = {"ticked": ticked}
    return page.run()
