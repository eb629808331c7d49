"""When the job of the reminders runs, what a preview counts, and what a run reads."""

from datetime import timedelta

import pytest

from data_access.jobs import REMIND, last_run, lease
from data_access.reminding import NoMailServer, preview, remind, remind_in_turn
from tests.data_access.reminders.sellers import TEN, a_seller, ledger, opt_out
from tests.forgetting import set_up
from tests.mailing import mail_settings
from tests.query_plans import scans, statements


def test_while_another_process_is_at_it_nothing_is_done(database, box, clock):
    a_seller(database, 5)
    with lease(REMIND, clock=clock, of=database):
        assert remind(clock, database).busy
    assert box.got == []


def test_a_preview_counts_the_same_and_writes_nothing(database, box, clock):
    a_seller(database, 5)
    opt_out(database, a_seller(database, 5))
    seen, planned = preview(TEN, database)
    assert ledger(database) == [] and last_run(REMIND, database) is None
    report = remind(clock, database)
    assert (seen.planned, seen.withheld) == (report.planned, report.withheld)
    assert [each.due.rung for each in planned] == [7]


def test_without_a_mail_server_nothing_is_queued(database, clock, tmp_path):
    a_seller(database, 5)
    with set_up({}, tmp_path), pytest.raises(NoMailServer):
        remind(clock, database)
    assert ledger(database) == []


def test_the_desk_itself_reminds_when_the_interval_is_over(database, box, clock):
    a_seller(database, 5)
    assert remind_in_turn(clock, database) == 1
    a_seller(database, 5)
    clock.at += timedelta(minutes=14)
    assert remind_in_turn(clock, database) == 0
    clock.at += timedelta(minutes=1)
    assert remind_in_turn(clock, database) == 1


def test_the_desk_itself_leaves_it_to_cron_where_it_is_told_to(database, box, clock, tmp_path):
    a_seller(database, 5)
    with set_up(mail_settings(box, DESK_REMIND_EVERY_MINUTES="0"), tmp_path):
        assert remind_in_turn(clock, database) == 0


def test_a_run_looks_only_at_accounts_on_the_ladder(database, box, clock):
    a_seller(database, 200)
    a_seller(database, 5)
    with statements(database) as seen:
        remind(clock, database)
    planning = [each for each in seen if "expires_at" in each[0] and "LIMIT" in each[0]]
    assert planning and all(scans(database, *each) == [] for each in planning)
