"""The README says what is so."""

import re

from typer.main import get_command

from data_access.settings import ROOT, Settings
from web.command_line import app
from web.routes import ROUTES

README = (ROOT / "README.md").read_text("utf-8")


def settings_table() -> str:
    """The settings as the README lists them, out of their definitions."""
    lines = ["| setting | means | unless set |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = str(default).replace(str(ROOT) + "/", "") if default not in (None, "", ()) else "–"
        if "secret" in name or default == {}:
            shown = "–"
        lines.append(f"| `DESK_{name.upper()}` | {field.description} | {shown} |")
    return "\n".join(lines)


def test_every_setting_stands_in_the_readme_as_it_is_defined():
    written = re.search(r"<!-- settings -->\n(.*)\n<!-- /settings -->", README, re.S)[1]
    assert written == settings_table()


def test_every_package_is_explained():
    pinned = re.findall(r"^([\w-]+)", (ROOT / "requirements.txt").read_text(), re.M)
    table = README.split("## Dependencies")[1]
    assert {name for name in pinned if name not in table} == set()


def test_every_command_stands_in_the_readme():
    names = set(get_command(app).commands)
    assert {name for name in names if f"`{name}" not in README} == set()


def test_the_addresses_that_amazon_has_to_know_stand_in_the_readme():
    paths = {route.path for route in ROUTES if route.path.startswith("/amazon/")}
    named = {path for path in paths if f"`https://desk.example{path}`" in README}
    assert named == {path for path in paths if "{" not in path}


def test_only_named_things_lie_at_the_top():
    known = {
        *("dashboard.py", "manage.py", "pages", "rules", "data_access", "web", "amazon_stand_in"),
        *("tests", "README.md", "requirements.txt", "Makefile", "pyproject.toml"),
        *(".streamlit", ".ci", ".gitignore"),
    }
    made_here = {".git", ".venv", ".desk", ".env", ".pytest_cache", ".ruff_cache", ".hypothesis"}
    found = {path.name for path in ROOT.iterdir()} - made_here - {"__pycache__"}
    assert found <= known
