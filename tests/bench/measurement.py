"""One thing that was measured."""

import statistics
from dataclasses import dataclass

EMPTY_PAGE = "empty page"
"""Where a thing was measured that does nothing at all: what Streamlit and the machine take."""


@dataclass(slots=True)
class Measurement:
    """One thing measured several times.

    what     the interaction or the statement, as a person would call it
    accounts how many authorizations the database held; 0 where there was none
    unit     "ms", "MB", "rows/s", ...
    target   the most it should be (for rows/s: the least); None where nothing is asked
    remark   what else was seen: the scans of a plan, errors
    like     what it is called at an empty page, where that is not `what`
    """

    part: str
    what: str
    where: str
    accounts: int
    unit: str
    values: list[float]
    target: float | None = None
    remark: str = ""
    like: str = ""

    @property
    def median(self) -> float:
        """The middle one of the values."""
        return statistics.median(self.values)


def number(value: float) -> str:
    """A figure as the tables write it."""
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.0f}"
