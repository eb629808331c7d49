"""Some rows of a source in hand: what their fields say, and what is odd about each row."""

from collections.abc import Callable, Sequence
from typing import Any

from data_access.sources.cells import Cells
from data_access.sources.fields import cleaned, reader
from data_access.sources.mapping import Mapping
from data_access.sources.problems import Fault, Problem, shown
from data_access.sources.proposals import proposal
from data_access.sources.reading import SourceRow


class FieldReaders:
    """How each mapped field reads. Made once for a run."""

    def __init__(self, mapping: Mapping, columns: Sequence[str]) -> None:
        """columns: those of each row, in its order."""
        self.width = len(columns)
        self.at = {column: position for position, column in enumerate(columns)}
        rules = mapping.fields.rules()
        self.read = {name: reader(name, rule, mapping, self.at) for name, rule in rules.items()}
        self.columns = {name: rule.read_columns for name, rule in rules.items()}

    def cells(self, rows: Sequence[SourceRow]) -> Cells:
        """Rows turned into columns; those that are too short are empty at their ends."""
        cells = [row.cells for row in rows]
        if any(len(each) != self.width for each in cells):
            cells = [[*each, *[None] * self.width][: self.width] for each in cells]
        return Cells(list(zip(*cells, strict=True)), len(rows))


class FieldValues:
    """The fields of some rows, read one after the other.

    A row that is rejected stays among them, so that columns stay beside each other, but nothing
    that is found out about it afterwards is told.
    """

    def __init__(
        self, readers: FieldReaders, rows: Sequence[SourceRow], places: Sequence[str]
    ) -> None:
        self.rows = len(rows)
        self.places = places
        self.problems: dict[int, list[Problem]] = {}
        self.rejected: set[int] = set()
        self._readers = readers
        self._cells = readers.cells(rows)

    def note(
        self,
        row: int,
        reason: str,
        name: str,
        value: object = "",
        fix: str = "",
        taken: bool = True,
    ) -> None:
        """Remarks something about a row and its field `name`."""
        if row not in self.rejected:
            column = ", ".join(self._readers.columns.get(name, ()))
            problem = Problem(self.places[row], taken, reason, column, shown(value), fix)
            self.problems.setdefault(row, []).append(problem)

    def reject(self, row: int, reason: str, name: str, value: object = "", fix: str = "") -> None:
        """Says why a row cannot be taken."""
        self.note(row, reason, name, value, fix, taken=False)
        self.rejected.add(row)

    def maps(self, name: str) -> bool:
        """Whether the mapping fills a field."""
        return name in self._readers.read

    def column(self, name: str) -> Sequence[Any]:
        """The cells of a column of the source."""
        return self._cells.columns[self._readers.at[name]]

    def raw(self, name: str, row: int) -> str:
        """What stands in the source where a field is read from."""
        cells = (self.column(column)[row] for column in self._readers.columns.get(name, ()))
        return ", ".join(str(cell) for cell in cells if cell is not None)

    def tried(self, name: str) -> list[Any]:
        """A value for each row: None where there is none, a Fault where it cannot be read."""
        read = self._readers.read.get(name)
        return [None] * self.rows if read is None else read(self._cells)

    def values(self, name: str) -> list[Any]:
        """A value for each row; what cannot be read is remarked and left empty."""
        return self._without_faults(name, self.tried(name))

    def _without_faults(self, name: str, values: list[Any]) -> list[Any]:
        if Fault in map(type, values):
            for row, value in enumerate(values):
                if isinstance(value, Fault):
                    self.note(row, value.reason, name, value.value, value.fix)
                    values[row] = None
        return values

    def texts(self, name: str, of: Sequence[bool] | None = None) -> list[str]:
        """A text for each row, without what no screen shows; "" where there is none.

        of: the rows of which it means something, None for all
        """
        if not self.maps(name):
            return [""] * self.rows
        values = self.tried(name)
        if of is not None:
            values = [value if asked else None for value, asked in zip(values, of, strict=True)]
        texts = [value or "" for value in self._without_faults(name, values)]
        # As it is nearly always: one look at all of them.
        if _is_clean("".join(texts)):
            return list(map(str.strip, texts))
        return [
            text.strip() if _is_clean(text) else self._cleaned(row, name, text)
            for row, text in enumerate(texts)
        ]

    def _cleaned(self, row: int, name: str, value: str) -> str:
        clean = cleaned(value)
        if "\ufffd" in clean:
            self.note(row, "undecodable", name, clean, proposal("check_encoding"))
        if clean != value.strip():
            self.note(row, "control_characters", name, value)
        return clean

    def judged(
        self, name: str, judge: Callable[[str], str | None], reason: str, fix: str
    ) -> list[str]:
        """What `judge` makes of each text of a field, asked once for each different one; a remark
        and "" where it makes nothing of it."""
        texts = self.texts(name)
        verdicts = {text: judge(text) if text else "" for text in set(texts)}
        if None in verdicts.values():
            for row, text in enumerate(texts):
                if verdicts[text] is None:
                    self.note(row, reason, name, text, fix)
        return [verdicts[text] or "" for text in texts]


def _is_clean(text: str) -> bool:
    """Whether screens show each character, and none stands for bytes that nobody could read."""
    return text.isprintable() and "\ufffd" not in text
