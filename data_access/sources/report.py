"""Every problem of a run in a file, for whoever puts the source right."""

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from data_access.sources.errors import ReportUnwritable
from data_access.sources.problems import Problem
from data_access.spreadsheets import defused

HEADING = ("place", "taken", "reason", "sentence", "column", "value", "fix")


def writer(path: Path) -> Callable[[Iterator[Problem]], None]:
    """Writes problems to `path`: JSON where it ends so, else CSV that Excel opens.

    Raises ValueError for another ending or a folder that is not there, before anything is read; the
    function raises ReportUnwritable.
    """
    if path.suffix.lower() not in (".csv", ".json"):
        raise ValueError(f"A report is a .csv or a .json file, not {path.name}.")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"There is no folder {path.parent} for the report.")
    write_as = _json if path.suffix.lower() == ".json" else _csv

    def write(problems: Iterator[Problem]) -> None:
        try:
            write_as(path, problems)
        except OSError as error:
            raise ReportUnwritable(
                f"The report {path} cannot be written: {error.strerror}. Nothing was read in."
            ) from error

    return write


def as_row(problem: Problem) -> dict[str, object]:
    """A problem with the sentence of its reason."""
    return asdict(problem) | {"sentence": problem.sentence}


def _csv(path: Path, problems: Iterator[Problem]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADING)
        for problem in problems:
            row = as_row(problem)
            rows.writerow([_cell(row[name]) for name in HEADING])


def _json(path: Path, problems: Iterator[Problem]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for at, problem in enumerate(problems):
            file.write(",\n" if at else "\n")
            file.write(json.dumps(as_row(problem), ensure_ascii=False))
        file.write("\n]\n")


def _cell(value: object) -> object:
    return "yes" if value is True else "no" if value is False else defused(value)
