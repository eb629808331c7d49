"""CSV files as programs really export them, and as nobody should."""

import json
from itertools import count
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from data_access import sources
from data_access.sources import (
    MappingError,
    SourceAway,
    SourceError,
    SourceUnreadable,
    read_source,
    writer,
)
from tests.conftest import NOW
from tests.data_access.sources.conftest import HEADING, ROW, plain, row, rows_of


def reasons(result: sources.Result) -> set[tuple[str, str]]:
    return {(p.place, p.reason) for p in result.problems}


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


def test_rows_of_one_authorization_per_marketplace_are_united(desk: Engine, write):
    path = write(row(market="DE"), row(market="FR"), row(market="IT"))
    result = read_source(path, plain(), of=desk, now=NOW)
    assert (result.rows_taken, result.rows_merged) == (1, 2)
    assert {p.reason for p in result.problems} == {"same_authorization"}
    assert rows_of(desk, 'SELECT marketplaces FROM "authorization"') == [("DE,FR,IT",)]
    meant = read_source(path, plain(one_row_per="marketplace"), of=desk, now=NOW)
    assert (meant.rows_taken, meant.problems, meant.counts.total) == (1, [], 0)


def test_the_later_grant_of_two_counts(desk: Engine, write):
    path = write(
        row(granted="2026-03-01T10:00Z"), row(granted="2026-10-01T10:00Z"), row(granted="")
    )
    result = read_source(path, plain(), of=desk, now=NOW)
    assert reasons(result) == {("line 2", "contradicting_row"), ("line 4", "contradicting_row")}
    assert str(rows_of(desk, 'SELECT granted_at FROM "authorization"')[0][0])[:7] == "2026-10"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"market": "DE US"}, "unknown_marketplace"),
        ({"market": "sellercentral-europe.amazon.com"}, "ambiguous_marketplace"),
        ({"market": ""}, "no_marketplace"),
        ({"seller": "'; DROP TABLE seller; --"}, "bad_selling_partner_id"),
        ({"customer": "C" * 300}, "too_long"),
        ({"name": "Ж" * 1_001}, "too_long"),
        ({"granted": "2026-13-01"}, "unreadable_grant"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(desk: Engine, write, changes: dict, reason: str):
    result = read_source(write(row(**changes)), plain(), of=desk, now=NOW)
    assert reasons(result) == {("line 2", reason)}
    assert result.rows_rejected == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email": "nowhere"}, "bad_email"),
        ({"email": ""}, "no_contact"),
        ({"name": ""}, "no_name"),
        ({"name": "Nord\x00GmbH"}, "control_characters"),
        ({"granted": "2027-03-01T10:00Z"}, "future_grant"),
        ({"granted": "", "expires": "2027-03-01"}, "grant_missing"),
        ({"expires": "2027-03-02"}, "expiry_not_365"),
        ({"expires": "2027-03-01T12:30Z"}, "expiry_not_365"),
        ({"expires": "whenever"}, "unreadable_moment"),
        ({"synced": "2027-03-02"}, "future_sync"),
    ],
)
def test_a_row_that_is_taken_may_carry_a_remark(desk: Engine, write, changes: dict, reason: str):
    result = read_source(write(row(**changes)), plain(), of=desk, now=NOW)
    assert reasons(result) == {("line 2", reason)}
    assert result.rows_taken == 1


def test_an_address_that_marketplaces_share_stands_for_none_of_them(desk: Engine, write):
    shared = "https://sellercentral-europe.amazon.com/"
    which = (
        "It is that of ES, UK, FR, DE, IT; name the marketplace itself. If all rows mean one, "
        "translate it under fields.marketplaces.values."
    )
    path = write(row(market=shared), row(customer="C2", seller="A2", market=f"{shared},NL"))
    mapping = plain(fields={"marketplaces": {"column": "market", "split": ","}})
    found = read_source(path, mapping, of=desk, now=NOW).problems
    assert [(each.reason, each.value, each.fix) for each in found] == [
        ("ambiguous_marketplace", shared, which),
        ("extra_marketplace", shared, which),
    ]
    assert rows_of(desk, 'SELECT marketplaces FROM "authorization"') == [("NL",)]
    meant = {"column": "market", "split": ",", "values": {shared: "DE"}}
    read_source(path, plain(fields={"marketplaces": meant}), of=desk, now=NOW)
    assert rows_of(desk, 'SELECT marketplaces FROM "authorization" ORDER BY id') == [
        ("DE,NL",),
        ("DE",),
    ]


def test_no_proposal_tells_a_token_from_the_wrong_column(desk: Engine, write):
    token = "Atzr|a-token-in-the-wrong-column"
    read_source(write(row(name="", customer=token)), plain(), of=desk, now=NOW)
    ((fix,),) = rows_of(desk, "SELECT fix FROM source_problem WHERE reason = 'no_name'")
    assert fix.startswith("Enter the name of customer ") and token not in fix


@pytest.mark.parametrize("claim", ["2027-03-01", "2027-03-01T10:00Z", "2027-03-01T11:00+01:00", ""])
def test_a_fitting_expiry_is_no_problem(desk: Engine, write, claim: str):
    assert not read_source(write(row(expires=claim)), plain(), of=desk, now=NOW).problems


def test_a_trusted_expiry_counts(desk: Engine, write):
    path = write(row(expires="2027-01-15T10:00Z"))
    assert not read_source(path, plain(expiry={"trust": True}), of=desk, now=NOW).problems
    found = rows_of(desk, 'SELECT expires_at, expiry_source FROM "authorization"')
    assert (str(found[0][0])[:10], found[0][1]) == ("2027-01-15", "seller_reported")


def test_a_grant_can_be_worked_out_of_the_expiry(desk: Engine, write):
    path = write(row(granted="", expires="2027-03-01T10:00Z"))
    read_source(path, plain(expiry={"grant_from_expiry": True}), of=desk, now=NOW)
    found = rows_of(desk, 'SELECT granted_at FROM "authorization"')
    assert str(found[0][0])[:16] == "2026-03-01 10:00"


def test_an_expiry_that_cannot_be_read_and_is_the_only_date_takes_no_grant_away(desk, write):
    mapping = plain(expiry={"grant_from_expiry": True})
    granted = 'SELECT granted_at FROM "authorization"'
    read_source(write(row(granted="", expires="2027-03-01T10:00Z")), mapping, of=desk, now=NOW)
    known = rows_of(desk, granted)
    path = write(row(granted="", expires="31.02.2027"))
    result = read_source(path, mapping, of=desk, now=NOW)
    assert reasons(result) == {("line 2", "unreadable_expiry")}
    assert rows_of(desk, granted) == known
    result = read_source(write(row(expires="31.02.2027")), mapping, of=desk, now=NOW)
    assert (reasons(result), result.rows_taken) == ({("line 2", "unreadable_moment")}, 1)


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_a_report_holds_every_problem_and_no_formula(
    desk: Engine, write, tmp_path: Path, ending: str
):
    rows = [row(customer=f"C{n}", seller=f"A{n}", market="=1+1") for n in range(300)]
    path = tmp_path / f"report.{ending}"
    result = read_source(write(*rows), plain(), of=desk, now=NOW, report=writer(path))
    text = path.read_text("utf-8-sig")
    if ending == "json":
        assert len(json.loads(text)) == 300
    else:
        assert text.count("'=1+1") == 300
    assert len(result.problems) == 200


def test_a_report_of_another_kind_is_refused_before_reading(tmp_path: Path):
    with pytest.raises(ValueError, match="A report is a .csv or a .json file"):
        writer(tmp_path / "report.pdf")


def test_a_report_that_cannot_be_written_is_a_sentence_and_nothing_is_read_in(
    desk: Engine, write, tmp_path: Path
):
    with pytest.raises(ValueError, match="There is no folder"):
        writer(tmp_path / "none" / "report.csv")
    (tmp_path / "report.csv").mkdir()
    report = writer(tmp_path / "report.csv")
    with pytest.raises(SourceError, match="cannot be written: Is a directory. Nothing was"):
        read_source(write(row()), plain(), of=desk, now=NOW, report=report)
    assert rows_of(desk, "SELECT count(*) FROM seller") == [(0,)]


def test_a_workbook_is_not_taken_for_another_encoding(desk: Engine, tmp_path: Path):
    path = tmp_path / "source.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_row(0, 0, HEADING)
    old = tmp_path / "source.xls"
    old.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(500))
    for each in (path, old):
        with pytest.raises(SourceUnreadable, match="Save the sheet as CSV"):
            read_source(str(each), plain(), of=desk, now=NOW)


cell = st.text(max_size=12) | st.sampled_from(
    [*ROW, "US", "DE,FR", "2026-03-01", '"', "\n", "A2", "Atzr|secret", "=1+1", "\x00", "\ufeff"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(cell, min_size=1, max_size=9).map(tuple), max_size=8), tail=st.text())
def test_whatever_a_file_holds_every_row_is_accounted_for(desk: Engine, write, rows, tail):
    path = write(*rows)
    with open(path, "a", encoding="utf-8", newline="") as file:
        file.write(tail)
    first = read_source(path, plain(), of=desk, now=NOW)
    again = read_source(path, plain(), of=desk, now=NOW)
    for result in (first, again):
        assert result.rows_read == result.rows_taken + result.rows_rejected + result.rows_merged
        rejected = {p.place for p in result.problems if not p.taken}
        assert len(rejected) == result.rows_rejected
        assert "secret" not in repr([p.value for p in result.problems])
    assert again.counts.total == 0


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
