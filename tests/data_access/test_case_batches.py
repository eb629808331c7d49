"""Work on many accounts in batches: how far it is, where it breaks off, two agents at once."""

import threading

import pytest
from sqlalchemy import Engine

from data_access import case_batches, casework
from data_access.audit_chain import examined
from data_access.case_batches import HalfDone
from data_access.case_reading import owners
from data_access.casework_undo import Undone, undo
from data_access.database import DatabaseAway
from data_access.schema import promise, snooze
from rules.acts import Actor
from tests.accounts import rows
from tests.conftest import NOW
from tests.data_access.cases import ANNA, BEN, FRIDAY, LATER, owner_of, twelve_accounts


@pytest.fixture
def desk(database: Engine) -> Engine:
    return twelve_accounts(database)


def test_undo_leaves_what_a_colleague_changed_while_later_batches_were_done(desk, monkeypatch):
    monkeypatch.setattr(case_batches, "BATCH", 2)

    def meanwhile(done: int, _total: int) -> None:
        if done == 2:
            casework.assign(BEN, [1], "ben", NOW, desk)
            casework.assign(BEN, [1], "anna", NOW, desk)

    done = casework.assign(ANNA, [1, 2, 3, 4], "anna", NOW, desk, meanwhile)
    assert undo(done, ANNA, LATER, desk) == Undone(back=(2, 3, 4), left=(1,))
    assert [owner_of(desk, i) for i in (1, 2, 3, 4)] == ["anna", "", "", ""]


def test_batches_tell_how_far_they_are_and_what_a_break_left_done(desk, monkeypatch):
    monkeypatch.setattr(case_batches, "BATCH", 5)
    told: list[tuple[int, int]] = []
    done = casework.assign(ANNA, range(1, 13), "anna", NOW, desk, lambda *n: told.append(n))
    assert told == [(5, 12), (10, 12), (12, 12)]
    assert len(done.changes) == 12
    undo(done, ANNA, NOW, desk)

    real, calls = case_batches.locked, []

    def breaks(*args):
        calls.append(args)
        if len(calls) == 2:
            raise DatabaseAway("gone")
        return real(*args)

    monkeypatch.setattr(case_batches, "locked", breaks)
    with pytest.raises(HalfDone) as broken:
        casework.assign(ANNA, range(1, 13), "anna", NOW, desk)
    assert [c.account for c in broken.value.done.changes] == [1, 2, 3, 4, 5]
    monkeypatch.setattr(case_batches, "locked", real)
    assert undo(broken.value.done, ANNA, NOW, desk).back == (1, 2, 3, 4, 5)
    assert owners(desk) == []


def test_two_agents_at_once_leave_one_snooze_and_one_promise_an_account(desk):
    errors: list[Exception] = []
    ready = threading.Barrier(2)

    def work(actor: Actor) -> None:
        try:
            ready.wait(timeout=10)
            for _ in range(3):
                casework.put_off(actor, range(1, 13), FRIDAY, actor.name, NOW, desk)
                casework.promised(actor, range(12, 0, -1), FRIDAY, NOW, desk)
                casework.assign(actor, range(1, 13), actor.name, NOW, desk)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(actor,)) for actor in (ANNA, BEN)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    assert errors == []
    for table in (snooze, promise):
        running = [row.authorization_id for row in rows(desk, table) if row.ended_at is None]
        assert sorted(running) == list(range(1, 13))
    assert examined(desk).broken is None
