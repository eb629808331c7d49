"""The lines that the README gives for a notebook do what it says, as they stand there."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from data_access.simulation import simulation
from tests.conftest import NOW
from tests.pages.conftest import at_desk, demo_desk  # noqa: F401

README = (Path(__file__).resolve().parent.parent / "README.md").read_text("utf-8")


@pytest.fixture
def lines() -> str:
    """The code below the heading."""
    section = README.split("## In a notebook\n", 1)[1].split("\n## ", 1)[0]
    return re.search(r"```python\n(.*?)```", section, re.S)[1]


def test_they_are_five(lines):
    assert len([line for line in lines.splitlines() if line]) == 5


def test_they_draw_the_waiting_orders_of_two_scenarios(demo_desk, lines):  # noqa: F811
    said: dict = {}
    with time_machine.travel(NOW, tick=False):
        exec(compile(lines, "README.md", "exec"), said)  # noqa: S102
    traces = {trace.name: list(trace.y) for trace in said["chart"].data}
    assert set(traces) == {"nobody", "usual_rate"}
    expected = simulation("nobody", NOW, NOW + timedelta(days=90), of=demo_desk)
    assert len(traces["nobody"]) == 91
    assert traces["nobody"][-1] == pytest.approx(expected.last["orders_waiting"], rel=1e-3)
    assert traces["nobody"][-1] > traces["usual_rate"][-1] > 0
