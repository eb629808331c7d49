"""Handing out the renew link of one account, and noting that it was sent by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from data_access import schema
from data_access.audit_chain import examined
from data_access.casework_undo import Undone, undo
from data_access.database import reading
from data_access.funnel import Step, of_account
from data_access.link_handing import hand_out_link, note_sent
from rules.acts import Actor, Role
from rules.authorization import expiry
from tests.accounts import an_account, change_account, rows
from tests.conftest import NOW
from tests.forgetting import set_up

ANNA = Actor("anna", Role.AGENT)
BEN = Actor("ben", Role.AGENT)
OTHER = "amzn1.sp.solution.x"
LATER = NOW + timedelta(hours=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def account(database: Engine) -> int:
    """An account that was granted a hundred days ago, and not on the full second."""
    granted_at = NOW - timedelta(days=100, microseconds=1)
    return an_account(database, NOW, granted_at=granted_at, expires_at=expiry(granted_at))


def sent(database: Engine, account: int) -> list[tuple]:
    """How often the link of an account was sent: times, first, last, the first's agent."""
    with reading(database) as connection:
        return [
            (step["times"], step["first_at"], step["last_at"], step["agent"])
            for step in of_account(connection, account)
            if step["step"] == Step.SENT
        ]


def test_none_is_handed_out_for_another_application(database, live_now, tmp_path):
    account = an_account(database, live_now, application_id=OTHER)
    with set_up({}, tmp_path), pytest.raises(LookupError, match=OTHER):
        hand_out_link(account, ANNA, database)
    assert rows(database, schema.funnel_step) == []


def test_the_vendors_own_address_serves_every_application(database, live_now, tmp_path):
    account = an_account(database, live_now, application_id=OTHER)
    template = "https://vendor.example/{selling_partner_id}"
    values = {"DESK_RENEWAL": "template", "DESK_RENEWAL_TEMPLATE": template}
    with set_up(values, tmp_path):
        assert hand_out_link(account, ANNA, database) == "https://vendor.example/A1SELLER0"


def test_a_link_that_was_sent_by_hand_is_taken_back_as_if_it_had_not_been(database, account):
    first = note_sent(account, ANNA, NOW, database)
    second = note_sent(account, BEN, LATER, database)
    assert sent(database, account) == [(2, NOW, LATER, "anna")]
    # Ben's came after it.
    assert undo(first, ANNA, LATER, database) == Undone(back=(), left=(account,))
    assert undo(second, BEN, LATER + MINUTE, database) == Undone(back=(account,), left=())
    assert sent(database, account) == [(1, NOW, NOW, "anna")]
    assert undo(first, ANNA, LATER + MINUTE, database).back == (account,)
    assert sent(database, account) == []
    assert undo(first, ANNA, LATER + MINUTE, database) == Undone(back=(), left=(account,))
    kinds = [row.kind for row in rows(database, schema.event) if "sent" in row.kind]
    assert kinds == ["message_sent"] * 2 + ["sent_taken_back"] * 2
    told = [row.details for row in rows(database, schema.audit_entry)]
    assert told == ['{"sent": "by hand"}'] * 2 + ['{"sent": "by hand", "undo": true}'] * 2
    assert examined(database).broken is None


def test_what_was_sent_for_a_former_grant_stays(database, account):
    done = note_sent(account, ANNA, NOW, database)
    change_account(database, account, granted_at=NOW + MINUTE)
    assert undo(done, ANNA, LATER, database) == Undone(back=(), left=(account,))
    assert len(sent(database, account)) == 1


@pytest.mark.parametrize("renewed", [False, True])
def test_a_link_that_somebody_else_sent_since_is_not_taken_back(database, account, renewed):
    done = note_sent(account, ANNA, NOW, database)
    if renewed:
        change_account(database, account, granted_at=NOW + MINUTE)
    else:
        undo(done, ANNA, NOW + MINUTE, database)
    note_sent(account, BEN, LATER, database)
    before = sent(database, account)
    assert undo(done, ANNA, LATER + MINUTE, database) == Undone(back=(), left=(account,))
    assert sent(database, account) == before


def test_a_link_noted_behind_a_later_one_is_taken_back(database, account):
    note_sent(account, BEN, LATER, database)
    done = note_sent(account, ANNA, NOW, database)
    assert undo(done, ANNA, LATER, database).back == (account,)
    assert [each[0] for each in sent(database, account)] == [1]
