"""The groups of the working day, what stands in their rows, and when an agent was last here."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, insert, update

from data_access import casework, demo, demo_casework
from data_access.casework_plan import Plan, carried_out
from data_access.casework_undo import undo
from data_access.database import writing
from data_access.funnel import Step, record_for
from data_access.history import add_event
from data_access.schema import authorization, event, lapse, message, note, promise, snooze
from data_access.sync_profiles import sync_columns_of
from data_access.visits import arrive
from data_access.work_list import Group, counted, held_ids, members, snoozed_ids, work_rows
from rules.acts import Act, Actor, Role
from rules.casework import CaseworkRefused, round_of
from rules.harm import Reason
from tests.accounts import change_account, rows
from tests.conftest import NOW

ANNA = Actor("anna", Role.AGENT)
HOUR = timedelta(hours=1)
YESTERDAY = NOW - timedelta(days=1)
GRANTED = NOW - timedelta(days=350)


@pytest.fixture
def desk(database: Engine) -> Engine:
    """Ten accounts granted 350 days ago, all well; nobody has lapsed before."""
    demo.fill(10, 4, NOW, of=database)
    with writing(database) as connection:
        connection.execute(lapse.delete())
        connection.execute(event.delete())
        connection.execute(
            update(authorization).values(
                granted_at=GRANTED,
                expires_at=NOW + timedelta(days=15),
                refused_at=None,
                paused=False,
            )
        )
    return database


def test_each_group_has_its_accounts_and_their_number(desk):
    change_account(desk, 1, expires_at=NOW - HOUR)
    change_account(desk, 2, expires_at=NOW - HOUR, paused=True)
    change_account(desk, 3, expires_at=YESTERDAY - HOUR)
    change_account(desk, 4, refused_at=NOW - HOUR)
    change_account(desk, 8, refused_at=NOW - 2 * HOUR, expires_at=NOW - HOUR)
    change_account(desk, 9, refused_at=NOW - HOUR, granted_at=None, expires_at=None)
    with writing(desk) as connection:
        for kind, account, at in (
            ("renewed", 5, NOW - HOUR),
            ("granted", 5, NOW - 2 * HOUR),
            ("renewed", 6, YESTERDAY - HOUR),
            ("noted", 7, NOW - HOUR),
        ):
            add_event(connection, kind, account, at)
    found = {group: members(group, YESTERDAY, NOW, desk) for group in Group}
    assert sorted(found[Group.EXPIRED]) == [1, 8]
    assert found[Group.REFUSED] == [4]
    assert found[Group.RENEWED] == [5]
    assert counted(YESTERDAY, NOW, desk) == {group: len(ids) for group, ids in found.items()}


def test_a_renewal_is_news_from_when_it_was_told(desk):
    renewed_at, told_at = YESTERDAY - 3 * HOUR, NOW - HOUR
    with writing(desk) as connection:
        for account, when in ((3, told_at), (4, YESTERDAY), (5, None)):
            add_event(connection, "renewed", account, renewed_at)
            told = update(event).where(event.c.authorization_id == account)
            connection.execute(told.where(event.c.kind == "renewed").values(told_at=when))
    assert members(Group.RENEWED, YESTERDAY, NOW, desk) == [3]
    assert members(Group.RENEWED, YESTERDAY - HOUR, NOW, desk) == [3, 4]
    assert members(Group.RENEWED, YESTERDAY, NOW - 2 * HOUR, desk) == []


def test_promises_are_due_today_or_overdue_the_oldest_first_and_end_with_the_renewal(desk):
    for account, day in ((1, 23), (2, 20), (3, 24), (4, 21)):
        made = NOW - timedelta(days=4)
        casework.promised(ANNA, [account], date(2026, 11, day), made, desk)
    change_account(desk, 4, granted_at=NOW)
    assert members(Group.PROMISES, YESTERDAY, NOW, desk) == [2, 1]


def test_who_is_back_today_was_snoozed_until_this_morning_or_expires_today(desk):
    made = NOW - timedelta(days=3)
    casework.put_off(ANNA, [1, 2, 3], date(2026, 11, 23), "back on Monday", made, desk)
    change_account(desk, 4, expires_at=NOW + HOUR)
    casework.put_off(ANNA, [4, 5], date(2026, 11, 30), "next week", made, desk)
    # Snoozed again since, and woken before its time.
    casework.put_off(ANNA, [2], date(2026, 11, 30), "again", NOW - HOUR, desk)
    casework.put_off(ANNA, [6], date(2026, 11, 23), "woken", made, desk)
    casework.wake(ANNA, [6], made + HOUR, desk)
    assert sorted(members(Group.BACK, YESTERDAY, NOW, desk)) == [1, 3, 4]
    assert sorted(members(Group.SNOOZED, YESTERDAY, NOW, desk)) == [2, 4, 5]
    assert sorted(snoozed_ids(NOW, desk).tolist()) == [2, 4, 5]


def test_who_has_two_snoozes_that_end_today_is_back_once(desk):
    change_account(desk, 7, expires_at=NOW + HOUR)
    casework.put_off(ANNA, [7], date(2026, 11, 23), "until Monday", NOW - timedelta(days=3), desk)
    casework.put_off(ANNA, [7], date(2026, 11, 30), "again", NOW, desk)
    evening = NOW + 9 * HOUR
    assert members(Group.BACK, YESTERDAY, evening, desk) == [7]
    assert counted(YESTERDAY, evening, desk)[Group.BACK] == 1


def test_rows_come_in_the_order_asked_for_with_reasons_of_now_and_what_is_agreed(desk):
    change_account(desk, 3, expires_at=NOW - HOUR)
    casework.promised(ANNA, [5], date(2026, 11, 27), NOW, desk)
    found = work_rows([5, 999, 3, 1], NOW, of=desk)
    assert found["id"].tolist() == [5, 3, 1]
    assert Reason(int(found["reasons"].iloc[1])) & Reason.BLOCKED_NOW
    assert found["case"].iloc[0].promised_for == date(2026, 11, 27)
    assert found["case"].iloc[1] is None


def test_messages_without_a_reaction_count_until_the_link_is_opened(desk):
    def written(account: int, number: int, state: str = "sent", renewals_ago: int = 0) -> None:
        with writing(desk) as connection:
            connection.execute(
                insert(message).values(
                    message_id=f"<{account}.{number}@desk>",
                    kind="reminder",
                    authorization_id=account,
                    round=round_of(GRANTED - renewals_ago * timedelta(days=365)),
                    recipient="seller@shop.example",
                    state=state,
                    created_at=NOW,
                    sent_at=NOW - number * HOUR,
                )
            )

    for number in (1, 2, 5):
        written(1, number)
        written(2, number)
    written(1, 6, state="failed")
    written(3, 1, renewals_ago=1)
    with writing(desk) as connection:
        record_for(connection, Step.OPENED, 2, NOW - 3 * HOUR)
    unanswered = sync_columns_of([1, 2, 3], desk).others["reminders_unanswered"].tolist()
    assert unanswered == [3, 2, 0]
    reasons = work_rows([1, 3], NOW, of=desk)["reasons"].tolist()
    assert Reason(reasons[0]) & Reason.NO_REACTION_TO_REMINDERS
    assert not Reason(reasons[1]) & Reason.NO_REACTION_TO_REMINDERS


def test_who_holds_what_is_told_by_number(desk):
    casework.assign(ANNA, [1, 2], "anna", NOW, desk)
    casework.assign(ANNA, [3], "ben", NOW, desk)
    assert sorted(held_ids("anna", desk).tolist()) == [1, 2]
    assert sorted(held_ids(of=desk).tolist()) == [1, 2, 3]


def test_a_plan_does_all_its_parts_and_each_is_undone(desk):
    friday = date(2026, 11, 27)
    plan = Plan("Renews on Friday", friday, friday, "Renews on Friday", "anna")
    done = list(carried_out(plan, ANNA, [1, 2], NOW, desk))
    assert [each.act for each in done] == [Act.WRITE_NOTE, Act.ASSIGN, Act.PROMISE, Act.SNOOZE]
    for each in reversed(done):
        assert undo(each, ANNA, NOW + HOUR, desk).back == (1, 2)
    assert held_ids(of=desk).size == snoozed_ids(NOW + HOUR, desk).size == 0


@pytest.mark.parametrize(("reason", "owner"), [("", "anna"), ("Renews", "*")])
def test_a_plan_of_which_one_part_is_wrong_does_none(desk, reason, owner):
    plan = Plan("Renews", date(2026, 11, 27), date(2026, 11, 27), reason, owner)
    with pytest.raises(CaseworkRefused):
        list(carried_out(plan, ANNA, [1], NOW, desk))
    assert [rows(desk, table) for table in (note, promise, snooze)] == [[], [], []]


def test_news_are_since_the_visit_before_however_often_the_page_is_drawn(desk):
    assert arrive("anna", NOW, desk) == NOW - timedelta(days=1)
    assert arrive("anna", NOW + timedelta(minutes=20), desk) == NOW - timedelta(days=1)
    evening = NOW + timedelta(minutes=40)
    assert arrive("anna", evening, desk) == NOW - timedelta(days=1)
    assert arrive("ben", evening, desk) == evening - timedelta(days=1)
    tomorrow = NOW + timedelta(days=1)
    assert arrive("anna", tomorrow, desk) == evening
    assert arrive("anna", tomorrow + timedelta(minutes=1), desk) == evening


def test_a_visit_of_a_clock_that_was_far_ahead_hides_no_news(desk):
    ahead = NOW + timedelta(days=400)
    arrive("anna", NOW - timedelta(hours=5), desk)
    arrive("anna", ahead, desk)
    assert arrive("anna", NOW, desk) == NOW - timedelta(hours=5)
    for moment in (ahead, ahead + timedelta(hours=1)):
        arrive("ben", moment, desk)
    assert arrive("ben", NOW, desk) == NOW - timedelta(days=1)
    tomorrow = NOW + timedelta(days=1)
    assert [arrive(agent, tomorrow, desk) for agent in ("anna", "ben")] == [NOW, NOW]


def test_the_demo_team_has_work_of_every_kind_and_the_same_seed_the_same(desk):
    def told() -> list[list[tuple]]:
        tables = (note, promise, snooze)
        return [[tuple(row)[1:] for row in rows(desk, table)] for table in tables]

    with writing(desk) as connection:
        for table in (note, promise, snooze):
            connection.execute(table.delete())
    change_account(desk, 1, expires_at=NOW - HOUR)
    demo_casework.fill(1, NOW, desk)
    first = told()
    assert all(any(kind) for kind in first[:1]) and held_ids(of=desk).size
    with writing(desk) as connection:
        for table in (note, promise, snooze):
            connection.execute(table.delete())
    demo_casework.fill(1, NOW, desk)
    assert told() == first
