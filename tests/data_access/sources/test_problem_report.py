"""The problems of a reading as a file."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from data_access.sources import SourceError, read_source, writer
from tests.conftest import NOW
from tests.data_access.sources.conftest import plain, row, rows_of


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
