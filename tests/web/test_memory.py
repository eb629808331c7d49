"""Memory that was needed for a moment does not stay with the desk."""

import subprocess
import sys

import pytest

from data_access.settings import ROOT
from web import memory

LEAVES_GAPS = """
from pathlib import Path
import numpy as np
from web.memory import give_back

def megabytes():
    return int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) / 1_000

del (large := [np.ones(3_500_000)])[:]  # From now on arrays of this size come from the heap.
between = []
arrays = []
for _ in range(40):
    arrays.append(np.ones(500_000))
    between.append(np.ones(1_000))
arrays.clear()
before = megabytes()
give_back()
print(before - megabytes())
"""


@pytest.mark.skipif(memory._trim is None, reason="this C library keeps nothing")
def test_gaps_between_what_is_in_use_are_given_back():
    said = subprocess.run(
        [sys.executable, "-c", LEAVES_GAPS], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(said.stdout) > 100
