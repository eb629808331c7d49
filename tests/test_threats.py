"""The table of threats names tests, and each of them is there."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
README = (TESTS.parent / "README.md").read_text("utf-8")
TABLE = README.split("## Threats")[1].split("\n## ")[0]
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ")][1:]


def functions_of(file: Path) -> set[str]:
    """The tests that a file defines."""
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_threat_names_a_test_and_every_test_exists():
    assert len(ROWS) >= 20
    for row in ROWS:
        named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", row.rsplit("|", 2)[1])
        assert named, row
        for file, name in named:
            assert name in functions_of(TESTS / file), f"{file}::{name}"
