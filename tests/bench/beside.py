"""The desk and its peers next to each other: the same interaction, as many accounts, one run."""

from collections.abc import Sequence

from tests.bench.measurement import Measurement, number

DESK = "desk"
PART = "peers"


def beside(measured: Sequence[Measurement]) -> list[str]:
    """Lines of Markdown: a row an interaction, a column each, in brackets how many times the desk;
    nothing where no peer was measured."""
    found = [m for m in measured if m.part == PART]
    if not found:
        return []
    columns = list(dict.fromkeys(m.where for m in found))
    cells = {(m.accounts, m.what, m.unit, m.where): m.median for m in found}
    rows = list(dict.fromkeys((m.accounts, m.what, m.unit) for m in found))
    return [
        "",
        "Beside others: medians, in brackets how many times the desk; – was not measured.",
        "",
        f"| what | accounts | unit | {' | '.join(columns)} |",
        f"|---|--:|---|{'--:|' * len(columns)}",
        *(
            f"| {what} | {accounts:,} | {unit} | "
            + " | ".join(_cell(cells, (accounts, what, unit), where) for where in columns)
            + " |"
            for accounts, what, unit in sorted(rows, key=lambda row: row[0])
        ),
    ]


def times_desk(measured: Sequence[Measurement]) -> list[dict]:
    """How many times the desk each peer took, for what both were measured at."""
    found = [m for m in measured if m.part == PART]
    desk = {(m.accounts, m.what, m.unit): m.median for m in found if m.where == DESK}
    return [
        {"what": m.what, "accounts": m.accounts, "where": m.where, "times": m.median / same}
        for m in found
        if (same := desk.get((m.accounts, m.what, m.unit)))
    ]


def _cell(cells: dict[tuple, float], row: tuple[int, str, str], where: str) -> str:
    value, desk = cells.get((*row, where)), cells.get((*row, DESK))
    if value is None:
        return "–"
    if not desk:
        return number(value)
    times = value / desk
    return f"{number(value)} ({times:.1f})" if times >= 0.95 else f"{number(value)} ({times:.2f})"
