"""One process at a time runs a job, and a job that stops is noticed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from data_access.database import reading, writing
from data_access.jobs import (
    REMIND,
    RUNS_ARE_KEPT,
    claim,
    has_run,
    is_late,
    last_run,
    last_runs,
    lease,
    running,
)
from data_access.schema import job_lease, job_run
from tests.forgetting import set_up
from tests.waiting import wait_until

MINUTE = timedelta(minutes=1)
MAIL = {"DESK_SMTP_URL": "smtp://127.0.0.1:25", "DESK_MAIL_FROM": "desk@vendor.example"}


@pytest.fixture(autouse=True)
def _hourly(tmp_path):
    with set_up({**MAIL, "DESK_REMIND_EVERY_MINUTES": "60"}, tmp_path):
        yield


def run_once(database, now: datetime, **counts: int) -> None:
    with running(REMIND, lambda: now, database) as counted:
        for name, value in counts.items():
            setattr(counted, name, value)


def test_of_many_at_once_exactly_one_gets_the_lease(database, now):
    everybody_asked = threading.Barrier(6)

    def try_to_run(_number: int) -> bool:
        with lease(REMIND, clock=lambda: now, of=database) as mine:
            everybody_asked.wait(20)
            return mine

    with ThreadPoolExecutor(6) as many:
        assert sorted(many.map(try_to_run, range(6))) == [False] * 5 + [True]


def test_the_lease_is_given_back_also_after_an_error(database, now):
    with pytest.raises(ZeroDivisionError), lease(REMIND, clock=lambda: now, of=database):
        raise ZeroDivisionError
    with lease(REMIND, clock=lambda: now, of=database) as mine:
        assert mine


def test_another_takes_over_when_the_holder_has_died_and_not_before(database, now):
    with writing(database) as connection:
        # As a process that was killed leaves it.
        assert claim(connection, REMIND, "dead", now + 3 * MINUTE, now)
    with lease(REMIND, clock=lambda: now + 2 * MINUTE, of=database) as mine:
        assert not mine
    with lease(REMIND, clock=lambda: now + 3 * MINUTE, of=database) as mine:
        assert mine


def test_a_lease_is_renewed_while_the_job_runs(database, now):
    time = [now]

    def until() -> datetime:
        with reading(database) as connection:
            return connection.scalar(select(job_lease.c.until))

    with lease(REMIND, for_=timedelta(seconds=0.2), clock=lambda: time[0], of=database):
        time[0] = now + MINUTE
        wait_until(lambda: until() > now + MINUTE)


def test_a_holder_that_was_too_slow_does_not_take_the_lease_from_its_successor(database, now):
    slow = lease(REMIND, "slow", for_=MINUTE, clock=lambda: now, of=database)
    slow.__enter__()
    with lease(REMIND, for_=9 * MINUTE, clock=lambda: now + 2 * MINUTE, of=database) as mine:
        assert mine
        slow.__exit__(None, None, None)
        with lease(REMIND, clock=lambda: now + 3 * MINUTE, of=database) as third:
            assert not third


def test_jobs_have_leases_of_their_own(database, now):
    with (
        lease("one", clock=lambda: now, of=database) as first,
        lease("two", clock=lambda: now, of=database) as second,
    ):
        assert first and second


def test_a_run_is_written_down_with_its_counts(database, now):
    run_once(database, now, due=5, sent=3, failed=1, left_out=1)
    run = last_run(REMIND, database)
    assert (run.due, run.sent, run.failed, run.left_out) == (5, 3, 1, 1)
    assert run.succeeded and run.started_at == run.finished_at == now


def test_a_run_stands_there_from_its_start(database, now):
    with running(REMIND, lambda: now, database):
        assert last_run(REMIND, database).finished_at is None


def test_an_error_is_written_down_by_its_kind_alone_and_goes_on(database, now):
    with pytest.raises(ValueError, match="a@b.example"), running(REMIND, lambda: now, database):
        raise ValueError("a@b.example")
    run = last_run(REMIND, database)
    assert run.failure == "ValueError" and not run.succeeded


def test_a_job_that_never_ran_is_not_late(database, now):
    assert last_run(REMIND, database) is None
    assert not is_late(now, database)


def test_a_job_is_late_after_twice_its_interval(database, now):
    run_once(database, now)
    assert not is_late(now + timedelta(hours=2), database)
    assert is_late(now + timedelta(hours=2, seconds=1), database)


def test_runs_that_fail_or_break_off_do_not_count(database, now):
    run_once(database, now)
    later = now + timedelta(hours=2)
    with pytest.raises(OSError), running(REMIND, lambda: later, database):
        raise OSError
    with pytest.raises(KeyboardInterrupt), running(REMIND, lambda: later, database):
        raise KeyboardInterrupt
    with writing(database) as connection:
        # As a process that was killed leaves it.
        connection.execute(insert(job_run).values(job=REMIND, started_at=later))
    assert is_late(later + MINUTE, database)


def test_a_job_that_only_ever_failed_is_late_from_its_first_start_on(database, now):
    with pytest.raises(OSError), running(REMIND, lambda: now, database):
        raise OSError
    assert not is_late(now + timedelta(hours=1), database)
    assert is_late(now + timedelta(hours=3), database)


def test_a_job_of_cron_is_late_by_a_setting(database, now, tmp_path):
    run_once(database, now)
    values = {**MAIL, "DESK_REMIND_EVERY_MINUTES": "0", "DESK_REMIND_LATE_AFTER_MINUTES": "90"}
    with set_up(values, tmp_path):
        assert not is_late(now + 90 * MINUTE, database)
        assert is_late(now + 91 * MINUTE, database)


def test_a_clock_that_was_wrong_for_a_while_stops_no_job(database, now):
    run_once(database, now - timedelta(days=2))
    wrong = now + timedelta(days=400)
    run_once(database, wrong)
    with writing(database) as connection:
        # As a process leaves it that was killed then.
        claim(connection, REMIND, "killed", wrong + MINUTE, wrong)
    assert is_late(now, database)
    assert not has_run(REMIND, timedelta(days=1), now, database)
    with lease(REMIND, clock=lambda: now, of=database) as mine:
        assert mine


def test_of_two_machines_one_may_be_ahead_by_some_minutes(database, now):
    ahead = now + 5 * MINUTE
    run_once(database, ahead)
    assert has_run(REMIND, timedelta(days=1), now, database)
    first = lease(REMIND, clock=lambda: ahead, of=database)
    with first, lease(REMIND, clock=lambda: now, of=database) as mine:
        assert not mine


def test_old_runs_go(database, now):
    run_once(database, now - RUNS_ARE_KEPT - MINUTE)
    run_once(database, now)
    assert len(last_runs(REMIND, 9, database)) == 1
