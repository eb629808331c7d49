"""The page behind a screen names the scripts that draw its rows."""

import re

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from data_access.settings import ROOT
from pages.parts.account_rows import ASSETS
from pages.parts.rows_ahead import PATH
from pages.parts.rows_answer import ROWS
from web import early_scripts
from web.compressed_assets import assets_folder
from web.early_scripts import ELEMENTS, FIRST, page, screen, start
from web.routes import SCREENS

LINK = re.compile(r'<link rel="(modulepreload|preload|stylesheet)"[^>]* href="\./static/([^"]+)"')


def test_streamlits_page_is_there_whole():
    added = page()
    own = (assets_folder().parent / "index.html").read_text()
    head, end, rest = own.partition("</head>")
    assert added.startswith(head)
    assert added.endswith(end + rest)


def test_each_file_that_is_named_is_there_and_named_once():
    named = [name for _, name in LINK.findall(page())]
    assert len(named) == len(set(named))
    assert [name for name in named if not (assets_folder() / name).is_file()] == []


@pytest.mark.parametrize("element", ELEMENTS)
def test_each_element_is_a_file_of_this_streamlit(element):
    assert re.search(rf"/js/{element}\.[\w-]+\.js", page())


def test_the_chart_is_left_for_later():
    assert "PlotlyChart" not in page()


def test_what_an_imported_script_imports_is_needed_too(tmp_path):
    for name, content in {
        "A.1.js": 'import{a as b}from"./B.2.js";import"./C.3.js";const later=import("./D.4.js")',
        "B.2.js": 'export{x}from "./A.1.js";import{c}from"./E-_5.js"',
        "C.3.js": "",
        "E-_5.js": "",
    }.items():
        (tmp_path / name).write_text(content)
    needed = [*early_scripts._needed(tmp_path, ["A"])]
    assert needed == ["A.1.js", "B.2.js", "C.3.js", "E-_5.js"]


def test_every_screen_has_this_page():
    navigation = (ROOT / "pages" / "navigation.py").read_text()
    assert {*SCREENS} == {*re.findall(r'url_path="([\w-]+)"', navigation)}


def test_a_browser_asks_for_the_page_again_each_time():
    client = TestClient(Starlette(routes=[Route("/", start), Route("/today", screen)]))
    for address in ("/", "/today"):
        answer = client.get(address)
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == page()


def test_only_the_start_page_begins_with_rows_and_chart():
    client = TestClient(Starlette(routes=[Route("/", start), Route("/today", screen)]))
    first = client.get("/").text
    assert first.replace(FIRST, "") == page() and FIRST in first
    # Before the scripts of the frame: it waits for none of them.
    assert first.index("first.js") < first.index("./static/js/")


def test_every_file_of_the_first_rows_and_chart_is_there():
    named = re.findall(r'"\./account-rows/assets/([\w.]+)"', FIRST)
    of_chart = re.findall(r"'([\w]+\.js)'", (ASSETS / "first.js").read_text())
    assert (len(named), len(of_chart)) == (5, 4)
    client = TestClient(Starlette(routes=ROWS))
    for name in (*named, *of_chart):
        answer = client.get(f"{PATH}/assets/{name}")
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-cache"
        same = client.get(
            f"{PATH}/assets/{name}", headers={"if-none-match": answer.headers["etag"]}
        )
        assert same.status_code == 304
