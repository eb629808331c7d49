"""A seller renews while a source is being applied: neither is lost, and the rollup is exact."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Connection, Engine, select, update

from data_access import rollup
from data_access.database import writing
from data_access.erasure import erase
from data_access.schema import authorization
from data_access.sources import apply, apply_known, read_source, runs
from rules.acts import Actor, Role
from rules.authorization import expiry
from tests.conftest import NOW
from tests.data_access.sources.conftest import plain, row, rows_of
from tests.waiting import wait_until

LATER = NOW + timedelta(days=1)
_id = authorization.c.id
ADMIN = Actor("ada", Role.ADMIN)
RENEWED = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.fixture
def desk(on_postgresql: Engine) -> Engine:
    """Only there several can write at once."""
    return on_postgresql


def renew(connection: Connection) -> None:
    """What a grant does to the only account: it is locked, counted and written."""
    identity = connection.scalar(select(_id).with_for_update())
    with rollup.kept(connection, [identity]):
        connection.execute(
            update(authorization).values(granted_at=RENEWED, expires_at=expiry(RENEWED))
        )


def waits_for_a_lock(desk: Engine) -> bool:
    found = rows_of(
        desk,
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    return found != [(0,)]


def while_applying(
    monkeypatch: pytest.MonkeyPatch, module: object, step: str, work: Callable, desk: Engine
) -> threading.Thread:
    """Work that begins when a step of applying does; the step goes on when the work has ended or
    waits for a lock."""
    working = threading.Thread(target=work, daemon=True)
    real = getattr(module, step)

    def meanwhile(*arguments) -> None:
        working.start()
        wait_until(lambda: not working.is_alive() or waits_for_a_lock(desk))
        real(*arguments)

    monkeypatch.setattr(module, step, meanwhile)
    return working


@pytest.mark.parametrize("few", [20_000, 0])
def test_a_renewal_in_the_middle_of_applying_a_source_stays(
    write, desk: Engine, monkeypatch: pytest.MonkeyPatch, few: int
):
    """Also where so much changes that the rollup is counted anew."""
    read_source(write(row()), plain(), of=desk, now=NOW)

    def renewal() -> None:
        with writing(desk) as connection:
            renew(connection)

    renewing = while_applying(monkeypatch, apply_known, "_write", renewal, desk)
    monkeypatch.setattr("data_access.sources.apply.FEW", few)
    read_source(write(row(granted="2026-11-20T10:00Z")), plain(), of=desk, now=LATER)
    renewing.join(20)
    granted_at = rows_of(desk, 'SELECT granted_at FROM "authorization"')
    with desk.connect() as connection:
        assert (granted_at, rollup.drift(connection)) == ([(RENEWED,)], 0)


def test_the_rollup_is_counted_anew_when_a_renewal_that_is_under_way_has_ended(write, desk: Engine):
    read_source(write(row()), plain(), of=desk, now=NOW)
    errors: list[Exception] = []

    def rebuild() -> None:
        try:
            with writing(desk) as connection:
                rollup.rebuild(connection)
        except Exception as error:
            errors.append(error)

    rebuilding = threading.Thread(target=rebuild, daemon=True)
    with writing(desk) as connection:
        renew(connection)
        rebuilding.start()
        wait_until(lambda: waits_for_a_lock(desk))
    rebuilding.join(20)
    assert errors == []
    with desk.connect() as connection:
        assert rollup.drift(connection) == 0


def test_an_account_that_is_paused_by_hand_while_its_removal_is_under_way(
    write, desk: Engine, monkeypatch: pytest.MonkeyPatch
):
    read_source(write(row(), row(seller="A2NORD")), plain(), of=desk, now=NOW)
    real = apply.insert_sellers

    def meanwhile(*arguments) -> None:
        with writing(desk) as connection:
            gone = authorization.c.selling_partner_id == "A2NORD"
            values = {"paused": True, "paused_reason": "by hand"}
            with rollup.kept(connection, list(connection.scalars(select(_id).where(gone)))):
                connection.execute(update(authorization).where(gone).values(values))
        real(*arguments)

    monkeypatch.setattr(apply, "insert_sellers", meanwhile)
    result = read_source(write(row()), plain(), of=desk, now=LATER)
    assert result.counts.removed == 0
    reasons = 'SELECT paused_reason FROM "authorization" ORDER BY selling_partner_id'
    assert rows_of(desk, reasons) == [("",), ("by hand",)]


def test_a_renewal_while_a_source_brings_later_syncs_and_neither_waits_for_the_other(
    write, desk: Engine, monkeypatch: pytest.MonkeyPatch
):
    """Both count in one row of the rollup; only the source changes the other account as well."""
    first, second = row(), row(seller="A2NORD")
    read_source(write(first, second), plain(), of=desk, now=NOW)
    second_id = authorization.c.selling_partner_id == "A2NORD"

    def pause() -> None:
        with writing(desk) as connection:
            identity = connection.scalar(select(_id).where(second_id).with_for_update())
            with rollup.kept(connection, [identity]):
                connection.execute(
                    update(authorization)
                    .where(second_id)
                    .values(paused=True, paused_reason="by hand")
                )

    pausing = while_applying(monkeypatch, apply, "refresh_facts", pause, desk)
    renewed = row(granted="2026-11-20T10:00Z")
    synced = row(seller="A2NORD", synced="2026-11-23T07:00Z")
    read_source(write(renewed, synced), plain(), of=desk, now=LATER)
    pausing.join(20)
    assert not pausing.is_alive()
    with desk.connect() as connection:
        assert rollup.drift(connection) == 0
    reasons = 'SELECT paused_reason FROM "authorization" ORDER BY selling_partner_id'
    assert rows_of(desk, reasons) == [("",), ("by hand",)]


def test_what_another_process_brings_in_meanwhile_is_neither_gone_nor_put_back(
    write, database: Engine, monkeypatch: pytest.MonkeyPatch
):
    read_source(write(row()), plain(), of=database, now=NOW)
    rows = [row(name="Nord SE"), row(customer="C2", seller="A2NORD")]
    real = runs._stage
    staged = []

    def meanwhile(*arguments) -> tuple[int, int]:
        staged.append(real(*arguments))
        if len(staged) == 1:
            read_source(write(*rows), plain(), of=database, now=LATER)
        return staged[-1]

    monkeypatch.setattr(runs, "_stage", meanwhile)
    result = read_source(write(row()), plain(), of=database, now=NOW)
    assert (len(staged), result.rows_read, result.counts.total) == (3, 2, 0)
    known = 'SELECT seller_name, paused FROM "authorization" ORDER BY selling_partner_id'
    assert rows_of(database, known) == [("Nord SE", False), ("Nord GmbH", False)]


@pytest.mark.usefixtures("configured")
def test_a_seller_who_is_erased_while_their_source_is_read_does_not_come_back(
    write, database: Engine, monkeypatch: pytest.MonkeyPatch
):
    read_source(write(row(), row(customer="C2", seller="A2NORD")), plain(), of=database, now=NOW)
    real = runs._stage
    staged = []

    def meanwhile(*arguments) -> tuple[int, int]:
        counted = real(*arguments)
        if not staged:
            erase("C1", "plain", ADMIN, NOW, of=database)
        staged.append(counted)
        return counted

    monkeypatch.setattr(runs, "_stage", meanwhile)
    rows = [row(name="Nord SE"), row(customer="C2", seller="A2NORD")]
    result = read_source(write(*rows), plain(), of=database, now=LATER)
    assert len(staged) == 2 and result.reasons == {("erased", False): 1}
    known = 'SELECT selling_partner_id FROM "authorization" ORDER BY 1'
    assert rows_of(database, known) == [("A2NORD",), ("ERASED-1",)]


@pytest.mark.usefixtures("configured")
def test_a_seller_who_is_erased_while_their_source_is_applied_does_not_come_back(
    write, desk: Engine, monkeypatch: pytest.MonkeyPatch
):
    read_source(write(row()), plain(), of=desk, now=NOW)
    work = partial(erase, "C1", "plain", ADMIN, NOW, desk)
    erasing = while_applying(monkeypatch, apply, "find_known", work, desk)
    read_source(write(row(name="Nord SE")), plain(), of=desk, now=LATER)
    erasing.join(20)
    assert rows_of(desk, 'SELECT selling_partner_id FROM "authorization"') == [("ERASED-1",)]
