"""CSV files, as any program exports them."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from data_access.sources.errors import MappingError, SourceAway, SourceUnreadable
from data_access.sources.mapping import Csv, Mapping
from data_access.sources.mapping_faults import unknown_columns
from data_access.sources.problems import Fault
from data_access.sources.proposals import LINE, own_value, proposal
from data_access.sources.reading import BATCH, Batch, Opened, readable

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""How the files of spreadsheet programs begin: those of today, which are archives, and .xls."""

LONGEST_CELL = 1_000_000
csv.field_size_limit(LONGEST_CELL)


@contextmanager
def opened_csv(path: Path, how: Csv, mapping: Mapping) -> Iterator[Opened]:
    """The rows of a CSV file. Raises MappingError, SourceAway, SourceUnreadable.

    Bytes that are not in the encoding become U+FFFD and are remarked where they matter, instead
    of ending the reading there.
    """
    with readable(path):
        _check_kind(path)
        total = _count_lines(path)
        file = path.open(encoding=how.encoding, errors="replace", newline="")
    with file:
        # Else a quote that is not closed would swallow rows until another one closes it.
        lines = csv.reader(file, delimiter=how.delimiter, quotechar=how.quote, strict=True)
        try:
            for _ in range(how.skip_lines):
                file.readline()
            heading = list(how.columns) or _heading(lines, path)
        except UnicodeError as error:  # UTF-16 without its byte order mark
            raise MappingError(_of_another_encoding(path, how)) from error
        _check(heading, mapping, path, how)
        signs: dict = {}
        yield Opened(
            columns=heading,
            total=total,
            batches=_batches(_rows(lines, how.skip_lines), len(heading), file.name, signs),
            places=lambda rows: [LINE.format(n=row.number) for row in rows],
            signs=signs,
        )


def _check_kind(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(8).startswith(WORKBOOKS):
            raise SourceUnreadable(
                f"{path} is a workbook or an archive, not CSV. Save the sheet as CSV (UTF-8)."
            )


def _heading(lines: Iterator[list[str]], path: Path) -> list[str]:
    try:
        found = next((line for line in lines if line), None)
    except csv.Error as error:
        raise SourceUnreadable(f"The heading of {path} cannot be read: {error}.") from error
    if found is None:
        raise SourceAway(f"{path} is empty; not even a heading is there.")
    return [name.lstrip("\ufeff").strip() for name in found]


def _check(heading: Sequence[str], mapping: Mapping, path: Path, how: Csv) -> None:
    wanted = mapping.columns()
    if not set(wanted) <= set(heading) and _is_garbled(heading, wanted, how.encoding):
        raise MappingError(_of_another_encoding(path, how))
    faults = unknown_columns([c for c in wanted if c not in heading], heading)
    often = Counter(heading)
    faults += [f"The column “{c}” stands in the heading twice." for c in wanted if often[c] > 1]
    if faults and len(heading) == 1:
        faults.append("The heading is one single column: check `delimiter` and `encoding`.")
    if faults:
        raise MappingError("\n".join(faults))


def _is_garbled(heading: Sequence[str], wanted: Sequence[str], encoding: str) -> bool:
    """Whether the heading was read in the wrong encoding, rather than being another one."""
    text = "".join(heading)
    if "\ufffd" in text or "\0" in text:
        return True
    try:
        # UTF-8 that was read as something with one byte for each letter.
        truly = [name.encode(encoding).decode("utf-8-sig") for name in heading]
    except UnicodeError:
        return False
    return any(name in wanted and name not in heading for name in truly)


def _of_another_encoding(path: Path, how: Csv) -> str:
    with path.open("rb") as file:
        start = b"".join(file.readline() for _ in range(how.skip_lines + 1))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        fitting = "utf-16"
    elif b"\0" in start:
        fitting = "utf-16-be" if start.startswith(b"\0") else "utf-16-le"
    else:
        fitting = "utf-8-sig" if _decodes(start, "utf-8-sig") else "cp1252"
    if codecs.lookup(fitting).name == codecs.lookup(how.encoding).name:
        return f"The file is not {how.encoding}; say in `encoding` what it is."
    return f'The file is not {how.encoding}; try encoding = "{fitting}".'


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeError:
        return False
    return True


def _rows(lines: Iterator[list[str]], skipped: int) -> Iterator[tuple[int, list[str] | Fault]]:
    """Every row, or what is wrong with it, with the line it begins in; lines without anything are
    no rows."""
    while True:
        number = lines.line_num + skipped + 1  # type: ignore[attr-defined]
        try:
            cells = next(lines)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, Fault("broken_row", str(error), proposal("close_quote"))
            continue
        if cells:
            yield number, cells


def _batches(
    rows: Iterator[tuple[int, list[str] | Fault]], width: int, name: str, signs: dict
) -> Iterator[Batch]:
    try:
        while some := list(islice(rows, BATCH)):
            numbers, read = zip(*some, strict=True)
            # A file that was torn off ends in the middle of a row; any later row unsays it.
            last = read[-1]
            signs["cut_short"] = not isinstance(last, Fault) and len(last) < width
            yield _batch(numbers, read, width)
    except (OSError, UnicodeError) as error:
        raise SourceAway(f"{name} broke off while it was read: {error}.") from error


def _batch(numbers: Sequence[int], read: Sequence[list[str] | Fault], width: int) -> Batch:
    odd = [at for at, row in enumerate(read) if isinstance(row, Fault) or len(row) != width]
    cells: list[Any] = [*read]
    faults = {}
    for at in odd:
        row = read[at]
        fault = row if isinstance(row, Fault) else _width_fault(row, width)
        if fault is not None:
            faults[at] = fault
            # Lines that have run together are several accounts, and not the first one's alone.
            if fault is row or any("\n" in cell for cell in row):
                cells[at] = ()
    return Batch(numbers, cells, faults)


def _width_fault(cells: Sequence[str], width: int) -> Fault | None:
    if len(cells) < width:
        fix = proposal("complete_row")
        if any("\n" in cell for cell in cells):
            fix = proposal("close_quote")
        return _size_fault("too_few_columns", cells, width, fix)
    if len(cells) > width and any(cell.strip() for cell in cells[width:]):
        fix = proposal("quote_cells")
        return _size_fault("too_many_columns", cells, width, fix)
    return None


def _size_fault(reason: str, cells: Sequence[str], width: int, fix: str) -> Fault:
    return Fault(reason, own_value(reason, n=len(cells), wanted=width), fix)


def _count_lines(path: Path) -> int:
    """About how many rows there are, for the progress bar: line ends less the heading."""
    with path.open("rb") as file:
        ends = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    return max(ends - 1, 0)
