"""The small `make soak`: a few hundred openings and callbacks while processes are killed."""

import pytest

from tests.soak import soak


@pytest.mark.timeout(240)
def test_under_faults_everything_is_counted_exactly(monkeypatch):
    monkeypatch.setenv("SOAK_LEASE_SECONDS", "5")
    result, seen = soak("sqlite", renewals=30, openings=9, at_once=8, fault_every=3)
    assert {name for name, right in result.items() if not right} == set()
    assert seen["opened"] == 270 and seen["renewed"] == 30
    assert seen["processes killed"] >= 1
