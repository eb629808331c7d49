"""`manage.py` over a token database that it cannot use: one sentence, no trace, nothing made."""

import pytest

from tests.data_access.sources.conftest import DATA, EXAMPLES
from tests.forgetting import forget
from web import command_line

EXPORT = (str(DATA / "plugin_export.csv"), "--mapping", str(EXAMPLES / "plugin_export.toml"))
READING = [("status",), ("doctor",), ("import", *EXPORT, "--dry-run")]


@pytest.fixture
def desk(monkeypatch, tmp_path):
    """The path of the token database, with nothing there."""
    path = tmp_path / "folder" / "desk.sqlite"
    monkeypatch.setenv("DESK_DATABASE_URL", f"sqlite:///{path}")
    forget()
    yield path
    forget()


@pytest.fixture
def said(monkeypatch, capsys):
    """Runs the command line and gives the sentence with which it fails."""

    def run(*arguments: str) -> str:
        monkeypatch.setattr("sys.argv", ["manage.py", *arguments])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        assert ended.value.code == 2
        return capsys.readouterr().err.strip()

    return run


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_reading_a_database_that_is_not_there_makes_none(desk, said, command):
    assert said(*command) == (
        f"There is no token database {desk}. Run `python manage.py migrate` to make one, or "
        "correct DESK_DATABASE_URL."
    )
    assert not desk.parent.exists()


@pytest.mark.parametrize("command", READING, ids=lambda command: command[0])
def test_reading_a_database_without_tables_says_to_migrate(desk, said, command):
    desk.parent.mkdir()
    desk.touch()
    assert said(*command) == (
        "The token database has no tables yet, or older ones. Run `python manage.py migrate` first."
    )
    assert desk.stat().st_size == 0


@pytest.mark.parametrize("command", [*READING, ("migrate",)], ids=lambda command: command[0])
def test_a_text_file_is_named_as_no_database(desk, said, command):
    desk.parent.mkdir()
    desk.write_text("These are notes. " * 200)
    assert said(*command).startswith(f"{desk} is no SQLite database.")
