"""CSV files as programs really write them, and as nobody should."""

from itertools import count
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import Engine

from data_access.sources import MappingError, SourceAway, SourceUnreadable, read_source
from tests.conftest import NOW
from tests.data_access.sources.conftest import HEADING, ROW, plain, reasons, row, rows_of


@pytest.mark.parametrize(
    ("encoding", "delimiter", "quote"),
    [("utf-8", ",", '"'), ("utf-8-sig", ";", '"'), ("cp1252", "\t", "'"), ("utf-16", "|", '"')],
)
def test_a_file_is_read_however_it_is_written(
    desk: Engine, tmp_path: Path, encoding: str, delimiter: str, quote: str
):
    cells = [f"{quote}Müller{delimiter} Söhne{quote}" if c == "Nord GmbH" else c for c in ROW]
    path = tmp_path / "source.csv"
    path.write_text(f"{delimiter.join(HEADING)}\r\n{delimiter.join(cells)}\r\n", encoding)
    how = {"encoding": encoding, "delimiter": delimiter, "quote": quote}
    read_source(str(path), plain(csv=how), of=desk, now=NOW)
    assert rows_of(desk, "SELECT name FROM seller") == [(f"Müller{delimiter} Söhne",)]


def test_columns_that_nobody_reads_may_have_one_name(desk: Engine, tmp_path: Path):
    path = tmp_path / "source.csv"
    path.write_text(f",,note,note,{','.join(HEADING)}\n1,2,3,4,{','.join(ROW)}\n", "utf-8")
    result = read_source(str(path), plain(), of=desk, dry_run=True)
    assert (result.rows_taken, result.problems) == (1, [])


def test_a_file_may_have_no_heading_and_lines_before(desk: Engine, tmp_path: Path):
    path = tmp_path / "source.csv"
    path.write_text(f"exported today\n\n{','.join(ROW)}\n{','.join(row(seller=''))}\n")
    how = {"columns": HEADING, "skip_lines": 2}
    result = read_source(str(path), plain(csv=how), of=desk, now=NOW)
    assert result.rows_taken == 1
    assert reasons(result) == {("line 4", "no_selling_partner_id")}


def test_a_place_is_the_line_where_the_row_begins(desk: Engine, write):
    result = read_source(
        write(row(name="two\nlines"), row(seller="A2", market="XX")), plain(), of=desk, now=NOW
    )
    assert reasons(result) == {("line 4", "unknown_marketplace")}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("C1,Nord", "too_few_columns"),
        (",".join(ROW) + ",more", "too_many_columns"),
        ('C1,"Nord', "broken_row"),
    ],
)
def test_rows_of_another_width_are_not_taken(desk: Engine, tmp_path: Path, line: str, reason: str):
    path = tmp_path / "source.csv"
    path.write_text(f"{','.join(HEADING)}\n{line}\n")
    result = read_source(str(path), plain(), of=desk, now=NOW)
    assert reasons(result) == {("line 2", reason)}
    assert (result.rows_read, result.rows_rejected) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ([{"name": '"Nord GmbH'}, {}, {"name": '"West" GmbH'}, {}], "broken_row"),
        ([{"name": '"Nord GmbH'}, {"email": 'a@nord.example"'}, {}, {}], "too_few_columns"),
    ],
)
def test_a_quote_that_is_not_closed_takes_no_account_away(
    desk: Engine, tmp_path: Path, changes: list[dict], reason: str
):
    path = tmp_path / "source.csv"
    for each in ([{}] * 4, changes):
        rows = [row(customer=f"C{n}", seller=f"A{n}", **some) for n, some in enumerate(each)]
        path.write_text("".join(",".join(cells) + "\n" for cells in [HEADING, *rows]))
        result = read_source(str(path), plain(), of=desk, now=NOW)
    assert reasons(result) == {("line 2", reason)}
    assert "cannot be told apart" in result.held_back
    assert rows_of(desk, 'SELECT count(*) FROM "authorization" WHERE paused') == [(0,)]


def test_a_wrong_encoding_is_remarked(desk: Engine, tmp_path: Path):
    path = tmp_path / "source.csv"
    path.write_bytes(
        (",".join(HEADING) + "\n" + ",".join(row(name="Köln")) + "\n").encode("cp1252")
    )
    result = read_source(str(path), plain(), of=desk, now=NOW)
    assert reasons(result) == {("line 2", "undecodable")}


def test_a_wrong_delimiter_is_guessed_at(desk: Engine, write):
    with pytest.raises(MappingError, match="one single column: check `delimiter`"):
        read_source(write(row()), plain(csv={"delimiter": ";"}), of=desk)


def test_an_empty_file_is_said_so(desk: Engine, tmp_path: Path):
    path = tmp_path / "source.csv"
    path.write_text("")
    with pytest.raises(SourceAway, match="is empty"):
        read_source(str(path), plain(), of=desk)


def test_a_workbook_is_not_taken_for_another_encoding(desk: Engine, tmp_path: Path):
    path = tmp_path / "source.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_row(0, 0, HEADING)
    old = tmp_path / "source.xls"
    old.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500))
    for each in (path, old):
        with pytest.raises(SourceUnreadable, match="Save the sheet as CSV"):
            read_source(str(each), plain(), of=desk, now=NOW)


@pytest.mark.parametrize(
    ("written", "said", "sentence"),
    [
        ("cp1252", "utf-8-sig", 'The file is not utf-8-sig; try encoding = "cp1252".'),
        ("utf-16", "utf-8-sig", 'The file is not utf-8-sig; try encoding = "utf-16".'),
        ("utf-16", "cp1252", 'The file is not cp1252; try encoding = "utf-16".'),
        ("utf-16-le", "utf-8", 'The file is not utf-8; try encoding = "utf-16-le".'),
        ("utf-8", "utf-16", 'The file is not utf-16; try encoding = "utf-8-sig".'),
        ("utf-8", "cp1252", 'The file is not cp1252; try encoding = "utf-8-sig".'),
    ],
)
def test_another_encoding_than_the_mapping_says_is_named(
    desk: Engine, tmp_path: Path, written: str, said: str, sentence: str
):
    named = {"selling_partner_id": "Verkäufer-ID"}
    heading = ["Verkäufer-ID" if name == "seller" else name for name in HEADING]
    path = tmp_path / "source.csv"
    path.write_text(f"{','.join(heading)}\n{','.join(ROW)}\n", written)
    with pytest.raises(MappingError) as caught:
        read_source(str(path), plain(csv={"encoding": said}, fields=named), of=desk, now=NOW)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("number", range(4))
def test_a_file_that_cannot_be_opened_at_any_time_is_away(
    desk: Engine, write, monkeypatch: pytest.MonkeyPatch, number: int
):
    """A mirror waits for one that is just being replaced, and does not end."""
    path, really, openings = write(row()), Path.open, count()

    def opened(self: Path, *how: object, **more: object):
        if str(self) == path and next(openings) == number:
            raise PermissionError(13, "Permission denied")
        return really(self, *how, **more)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(SourceAway, match="cannot be read: Permission denied"):
        read_source(path, plain(), of=desk, now=NOW)
