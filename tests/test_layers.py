"""Who may call whom: pages and web call data_access, data_access calls rules, rules know nobody."""

import ast
from pathlib import Path

import pytest

from data_access.settings import ROOT

ROOMS = ("rules", "data_access", "pages", "web", "amazon_stand_in")

MAY_IMPORT = {
    "rules": {"rules"},
    "data_access": {"data_access", "rules"},
    "pages": {"pages", "data_access", "rules"},
    "web": {"web", "data_access", "rules"},
    "amazon_stand_in": {"amazon_stand_in"},
}
FORBIDDEN = {
    "rules": {"sqlalchemy", "streamlit", "httpx", "starlette", "socket", "sqlite3", "requests"},
    "data_access": {"streamlit", "starlette"},
    "pages": {"sqlalchemy", "httpx", "socket", "sqlite3"},
    "web": {"sqlalchemy", "httpx", "sqlite3", "streamlit"},
}
LETS_IN = {
    f"web/{name}.py": {"streamlit"}
    for name in (
        "streamlit_login",
        "reachable",
        "same_theme",
        "whole_runs",
        "gathered",
        "readable_values",
        "late_clicks",
        "known_messages",
        "in_one_go",
        "vain_questions",
    )
}
"""Streamlit's login, where it serves, and what its theme and its sessions lack."""

CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("Timestamp", "now"),
    ("Timestamp", "today"),
}

FILES = [
    pytest.param(room, path, id=str(path.relative_to(ROOT)))
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
]


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize(("room", "path"), FILES)
def test_a_file_imports_only_what_its_room_may(room, path):
    names = imported(path)
    assert names & set(ROOMS) <= MAY_IMPORT[room]
    let_in = LETS_IN.get(path.relative_to(ROOT).as_posix(), set())
    assert names & FORBIDDEN.get(room, set()) - let_in == set()


@pytest.mark.parametrize("path", [p for p in (ROOT / "rules").rglob("*.py")], ids=lambda p: p.name)
def test_rules_never_read_a_clock(path):
    called = {
        (node.func.value.id, node.func.attr)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    }
    assert called & CLOCKS == set()


def screens() -> list[Path]:
    """Every file that Streamlit may run as a page."""
    return [p for p in (ROOT / "pages").glob("*.py") if p.stem not in ("__init__", "navigation")]


@pytest.mark.parametrize("path", screens(), ids=lambda p: p.name)
def test_every_page_asks_for_its_viewer_before_anything_else(path):
    statements = ast.parse(path.read_text("utf-8")).body
    does = [
        node
        for node in statements
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef)
        and not isinstance(getattr(node, "value", None), ast.Constant)
    ]
    assert ast.unparse(does[0]) == "viewer = require_viewer()"


def test_streamlit_finds_the_application():
    tree = ast.parse((ROOT / "dashboard.py").read_text("utf-8"))
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    assert ast.unparse(assigned[0].value.func) == "st.App"
