"""What agents did is undone, as far as nobody changed it since."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from data_access import casework
from data_access.audit_chain import examined
from data_access.case_reading import cases_of, notes_of, owners
from data_access.casework_undo import Undone, undo
from tests.accounts import change_account
from tests.conftest import NOW
from tests.data_access.cases import (
    ANNA,
    BEN,
    FRIDAY,
    LATER,
    MINUTE,
    owner_of,
    snoozed,
    twelve_accounts,
)


@pytest.fixture
def desk(database: Engine) -> Engine:
    return twelve_accounts(database)


def test_many_are_assigned_in_one_go_and_undone_in_one(desk):
    casework.assign(BEN, [1], "ben", NOW, desk)
    done = casework.assign(ANNA, [1, 2, 3, 999], "anna", NOW, desk)
    assert [(c.account, c.before, c.after) for c in done.changes] == [
        (1, "ben", "anna"),
        (2, "", "anna"),
        (3, "", "anna"),
    ]
    assert done.asked == 4
    assert owners(desk) == ["anna"]
    assert undo(done, ANNA, LATER, desk) == Undone(back=(1, 2, 3), left=())
    assert [owner_of(desk, i) for i in (1, 2, 3)] == ["ben", "", ""]
    assert examined(desk).broken is None


def test_undo_leaves_what_a_colleague_changed_since_even_if_it_looks_the_same(desk):
    done = casework.assign(ANNA, [1, 2, 3], "anna", NOW, desk)
    casework.assign(BEN, [1, 2], "ben", LATER, desk)
    casework.assign(BEN, [2], "anna", LATER, desk)
    assert undo(done, ANNA, LATER, desk) == Undone(back=(3,), left=(1, 2))
    assert [owner_of(desk, i) for i in (1, 2, 3)] == ["ben", "anna", ""]


def test_a_second_snooze_takes_the_place_of_the_first_and_undo_brings_that_back(desk):
    casework.put_off(ANNA, [1], FRIDAY, "first", NOW, desk)
    done = casework.put_off(BEN, [1], FRIDAY + timedelta(days=7), "second", LATER, desk)
    assert cases_of([1], LATER, desk)[1].reason == "second"
    assert undo(done, BEN, LATER + MINUTE, desk).back == (1,)
    assert cases_of([1], LATER + MINUTE, desk)[1].reason == "first"
    assert undo(done, BEN, LATER + MINUTE, desk) == Undone(back=(), left=(1,))


def test_waking_is_undone_unless_somebody_snoozed_it_again(desk):
    casework.put_off(ANNA, [1, 2], FRIDAY, "on holiday", NOW, desk)
    done = casework.wake(BEN, [1, 2, 3], LATER, desk)
    assert snoozed(desk, LATER) == set()
    casework.put_off(ANNA, [2], FRIDAY, "again", LATER, desk)
    assert undo(done, BEN, LATER + MINUTE, desk) == Undone(back=(1,), left=(2,))
    assert snoozed(desk, LATER + MINUTE) == {1, 2}
    assert cases_of([2], LATER + MINUTE, desk)[2].reason == "again"


def test_what_was_ended_does_not_come_back_after_a_way_around_or_a_renewal(desk):
    casework.put_off(ANNA, [1, 2], FRIDAY, "on holiday", NOW, desk)
    casework.promised(ANNA, [1, 2], FRIDAY, NOW, desk)
    woken = casework.wake(ANNA, [1, 2], LATER, desk)
    ended = casework.end_promise(ANNA, [1, 2], LATER, desk)
    casework.wake(BEN, [1], LATER, desk)
    casework.put_off(BEN, [1], FRIDAY, "mine", LATER, desk)
    casework.wake(BEN, [1], LATER + MINUTE, desk)
    casework.promised(BEN, [1], FRIDAY, LATER, desk)
    casework.end_promise(BEN, [1], LATER + MINUTE, desk)
    change_account(desk, 2, granted_at=LATER)
    assert undo(woken, ANNA, LATER + 2 * MINUTE, desk) == Undone(back=(), left=(1, 2))
    assert undo(ended, ANNA, LATER + 2 * MINUTE, desk) == Undone(back=(), left=(1, 2))
    assert cases_of([1, 2], LATER + 2 * MINUTE, desk) == {}


def test_a_note_is_withdrawn_and_the_withdrawal_undone(desk):
    written = casework.write_note(ANNA, [1, 2], "Calls back", NOW, desk)
    first = notes_of(1, desk)[0]
    assert (first.text, first.agent, first.withdrawn_at) == ("Calls back", "anna", None)
    taken = casework.withdraw_note(BEN, first.number, LATER, desk)
    assert notes_of(1, desk)[0].withdrawn_at == LATER
    assert casework.withdraw_note(ANNA, first.number, LATER, desk).changes == ()
    assert undo(written, ANNA, LATER, desk) == Undone(back=(2,), left=(1,))
    assert undo(taken, BEN, LATER, desk).back == (1,)
    assert notes_of(1, desk)[0].withdrawn_at is None
