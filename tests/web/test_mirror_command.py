"""`manage.py mirror --every`: whatever is wrong with the source for a while, it goes on."""

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from data_access.database import make_engine
from data_access.migrate import migrate
from data_access.schema import authorization, source_run
from tests.accounts import rows
from tests.data_access.sources.conftest import HEADING, row
from tests.forgetting import set_up
from web.command_line import app, main

FIELDS = """
[fields]
customer_number = "customer"
name = "name"
email = "email"
selling_partner_id = "seller"
marketplaces = "market"
granted_at = "granted"
"""
WITH_HEADING = "[csv]"
WITHOUT = f"[csv]\ncolumns = {list(HEADING)}"
TABLE = '[sql]\ntable = "grants"\nkey = "seller"'


class Ended(Exception):
    """Somebody ends the mirror."""


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Iterator[Engine]:
    """An embedded database, as the command line finds it."""
    with set_up({"DESK_DATABASE_URL": sqlite_url}, tmp_path / "home"):
        made = make_engine(sqlite_url)
        migrate(made)
        yield made
        made.dispose()


@pytest.fixture
def mapped(tmp_path: Path) -> Callable[[str], str]:
    """Writes a mapping of sources that are written so, and returns its path."""

    def written(how: str) -> str:
        path = tmp_path / "plain.toml"
        path.write_text(f'name = "plain"\nzone = "UTC"\n{how}\n{FIELDS}')
        return str(path)

    return written


def fill(path: Path, *accounts: str, heading: bool = True) -> None:
    """A file of some accounts."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([HEADING] * heading)
        writer.writerows(row(customer=f"C{each}", seller=each) for each in accounts)


def kept_up(monkeypatch, arguments: list[str], *meanwhile: Callable[[], None]) -> str:
    """What a standing mirror says: after each reading one of the things happens, then it ends."""
    turns = iter(meanwhile)

    def wait(_seconds: int) -> None:
        happens = next(turns, None)
        if happens is None:
            raise Ended
        happens()

    monkeypatch.setattr("web.commands.readings.time", SimpleNamespace(sleep=wait))
    ended = CliRunner().invoke(app, ["mirror", *arguments, "--every", "1"], terminal_width=300)
    assert isinstance(ended.exception, Ended), ended.output
    return ended.output


@pytest.mark.parametrize("how", [WITH_HEADING, WITHOUT])
def test_a_file_that_is_being_written_in_its_place_removes_nothing_and_is_read_next_time(
    desk: Engine, tmp_path: Path, mapped, monkeypatch: pytest.MonkeyPatch, how: str
):
    file, heading = tmp_path / "export.csv", how is WITH_HEADING
    seen = []

    def filled() -> None:
        seen.extend((each.selling_partner_id, each.paused) for each in rows(desk, authorization))
        fill(file, "A1", "A2", heading=heading)

    fill(file, "A1", heading=heading)
    arguments = ["--source", str(file), "--mapping", mapped(how), "--allow-removals"]
    said = kept_up(monkeypatch, arguments, lambda: file.write_text(""), filled)
    assert "perhaps it is just being written" in " ".join(said.split())
    assert seen == [("A1", False)]
    assert [(a.selling_partner_id, a.paused) for a in rows(desk, authorization)] == [
        ("A1", False),
        ("A2", False),
    ]
    assert ["is empty" in each.failure for each in rows(desk, source_run)] == [False, True, False]


@pytest.mark.parametrize(
    ("location", "content", "how"),
    [
        ("{}", "", WITH_HEADING),
        ("{}", "\n\n", WITH_HEADING),
        ("{}", "", WITHOUT),
        ("{}", "", TABLE),
        ("sqlite:///{}", "", TABLE),
    ],
)
def test_one_import_of_an_empty_file_is_refused(
    desk: Engine, tmp_path: Path, mapped, monkeypatch, capsys, location: str, content: str, how: str
):
    file = tmp_path / "source"
    file.write_text(content)
    arguments = ["import", location.format(file), "--mapping", mapped(how)]
    monkeypatch.setattr(sys, "argv", ["manage.py", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    assert f"{file} is empty" in capsys.readouterr().err
    assert rows(desk, authorization) == []
