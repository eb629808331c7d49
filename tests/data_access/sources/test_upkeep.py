"""A source read again and again: what becomes an event, what is kept, what is not believed."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from data_access import rollup
from data_access.account_detail import account_detail
from data_access.database import reading
from data_access.lapse_report import ended_lapses
from data_access.lapses import lapses_reaching
from data_access.work_list import Group, members
from tests.conftest import NOW
from tests.data_access.sources.conftest import (
    LATER,
    change,
    events,
    paused,
    plain,
    read,
    row,
    rows_of,
)


def test_a_new_account_is_granted(write, database: Engine):
    assert read(write(row()), database).counts.granted == 1
    assert events(database) == [
        ("granted", {"granted_at": {"before": None, "after": "2026-03-01T10:00:00+00:00"}})
    ]


def test_a_renewal_ends_a_lapse_and_a_refusal(write, database: Engine):
    read(write(row(granted="2025-03-01T10:00Z")), database)
    with database.begin() as connection:
        connection.execute(
            text(
                'UPDATE "authorization" SET refused_at = :at, refusal = :why, first_failed_at = :at'
            ),
            {"at": NOW, "why": "a probe failed"},
        )
        rollup.rebuild(connection)
    assert read(write(row(granted="2026-11-20T10:00Z")), database).counts.renewed == 1
    assert events(database)[-1][0] == "renewed"
    lapse = rows_of(database, "SELECT began_at, ended_at FROM lapse")
    assert [str(moment)[:10] for moment in lapse[0]] == ["2026-03-01", "2026-11-20"]
    columns = "refused_at, first_failed_at, refusal"
    assert rows_of(database, f'SELECT {columns} FROM "authorization"') == [(None, None, "")]


def test_a_renewal_is_news_when_the_source_tells_of_it_and_a_new_account_is_not(
    write, database: Engine
):
    since = LATER - timedelta(hours=1)
    read(write(row(), row(customer="C2", seller="A2")), database)
    assert members(Group.RENEWED, since, LATER, database) == []
    read(write(row(granted="2026-11-20T10:00Z"), row(customer="C2", seller="A2")), database)
    assert members(Group.RENEWED, since, LATER, database) == [1]
    assert rows_of(database, "SELECT count(*) FROM event WHERE told_at IS NOT NULL") == [(1,)]


def test_a_renewal_that_the_source_takes_back_has_not_ended_the_lapse(write, database: Engine):
    def blocked() -> list[tuple[str, str, bool]]:
        with reading(database) as connection:
            found = lapses_reaching(connection, NOW - timedelta(days=400), LATER)
        return [(f"{b:%m-%d}", f"{e:%m-%d}", over) for _, b, e, over in found.itertuples(False)]

    read(write(row(granted="2025-10-01T10:00Z")), database)
    read(write(row(granted="2026-11-05T10:00Z")), database)
    assert blocked() == [("10-01", "11-05", True)]
    read(write(row(granted="2025-10-01T10:00Z")), database)
    assert blocked() == [("10-01", "11-24", False)]
    assert account_detail(1, database).lapses.empty and ended_lapses(of=database).empty
    read(write(row(granted="2026-11-20T10:00Z")), database)
    assert blocked() == [("10-01", "11-20", True)]


def test_an_early_renewal_is_no_lapse(write, database: Engine):
    read(write(row()), database)
    read(write(row(granted="2026-11-20T10:00Z")), database)
    assert rows_of(database, "SELECT count(*) FROM lapse") == [(0,)]


def test_another_name_is_a_change_and_found_by_search(write, database: Engine):
    read(write(row(), row(seller="A2NORD", market="US")), database)
    result = read(
        write(row(name="Süd AG"), row(name="Süd AG", seller="A2NORD", market="US")), database
    )
    assert result.counts.changed == 2
    assert events(database)[-1] == ("changed", {"name": {"before": "Nord GmbH", "after": "Süd AG"}})
    assert rows_of(database, "SELECT name FROM seller") == [("Süd AG",)]
    search = 'SELECT DISTINCT seller_name, seller_sort FROM "authorization"'
    assert rows_of(database, search) == [("Süd AG", "sud ag")]
    assert (
        read(
            write(row(name="Süd AG"), row(name="Süd AG", seller="A2NORD", market="US")), database
        ).counts.total
        == 0
    )


def test_a_later_sync_is_taken_without_an_event(write, database: Engine):
    read(write(row(synced="2026-11-22T10:00Z")), database)
    assert read(write(row(synced="2026-11-23T07:00Z")), database).counts.total == 0
    found = rows_of(database, 'SELECT last_sync_at, confirmed_at FROM "authorization"')
    assert [str(moment)[:13] for moment in found[0]] == ["2026-11-23 07", "2026-11-23 07"]


@pytest.mark.parametrize(
    ("synced", "confirmed"),
    [("2026-11-23T08:35Z", "2026-11-23 08:35"), ("2026-11-23T08:36Z", "None")],
)
def test_a_sync_confirms_as_far_as_the_sources_clock_may_be_ahead(
    write, database: Engine, synced, confirmed
):
    read(write(row(synced=synced)), database, now=NOW)
    ((found,),) = rows_of(database, 'SELECT confirmed_at FROM "authorization"')
    assert str(found)[:16] == confirmed


def test_the_owner_is_nobodys_but_the_desks(write, database: Engine):
    read(write(row()), database)
    with database.begin() as connection:
        connection.execute(text("UPDATE \"authorization\" SET owner = 'kim'"))
    read(write(row(name="Süd AG")), database)
    assert rows_of(database, 'SELECT owner FROM "authorization"') == [("kim",)]


def renewed_at_the_desk(database: Engine) -> None:
    """Every account has a grant of the desk's own that is later than the source's."""
    with database.begin() as connection:
        moved = (
            'UPDATE "authorization" SET granted_at = :at, expires_at = :end,'
            " claimed_expires_at = NULL"
        )
        connection.execute(text(moved), {"at": "2026-11-22 09:00:00", "end": "2027-11-22 09:00:00"})
        connection.execute(
            text(
                "INSERT INTO credential (authorization_id, refresh_token, stored_at)"
                ' SELECT id, :token, granted_at FROM "authorization"'
            ),
            {"token": b"x"},
        )
        rollup.rebuild(connection)


def test_a_grant_made_at_the_desk_outlives_a_source_that_does_not_know_it(write, database: Engine):
    read(write(row()), database)
    renewed_at_the_desk(database)
    read(write(row(name="Süd AG")), database)
    found = rows_of(database, 'SELECT seller_name, granted_at, expires_at FROM "authorization"')
    assert [str(value)[:10] for value in found[0]] == ["Süd AG", "2026-11-22", "2027-11-22"]
    assert list(events(database)[-1][1]) == ["name"]


@pytest.mark.parametrize("granted", ["2026-03-01T10:00Z", "2027-11-05T10:00Z", ""])
def test_what_a_source_says_of_another_grant_is_not_said_of_the_desks(
    write, database: Engine, granted: str
):
    """Of an earlier one, of one that is dated in the future by a slip, of one it does not know."""
    read(write(row(expires="2027-03-01")), database)
    renewed_at_the_desk(database)
    read(write(row(granted=granted, expires="2027-03-01", name="Süd AG")), database)
    columns = "seller_name, granted_at, expires_at, claimed_expires_at"
    found = rows_of(database, f'SELECT {columns} FROM "authorization"')
    assert [str(value)[:10] for value in found[0]] == ["Süd AG", "2026-11-22", "2027-11-22", "None"]
    assert list(events(database)[-1][1]) == ["name"]


def test_a_refusal_of_an_earlier_grant_is_none_of_the_one_made_at_the_desk(write, database: Engine):
    mapping = plain(fields={"state": "expires"})
    read(write(row(expires="granted")), database, mapping)
    renewed_at_the_desk(database)
    read(write(row(name="Süd AG", expires="refused")), database, mapping)
    found = rows_of(database, 'SELECT seller_name, refused_at, refusal FROM "authorization"')
    assert found == [("Süd AG", None, "")]
    assert list(events(database)[-1][1]) == ["name"]
    known_there = row(name="Süd AG", granted="2026-11-22T09:00Z", expires="refused")
    read(write(known_there), database, mapping)
    assert rows_of(database, 'SELECT refusal FROM "authorization"') == [("reported by plain",)]


def test_two_sources_do_not_take_an_account_from_each_other(write, database: Engine):
    read(write(row()), database)
    result = read(write(row(name="Other")), database, plain(name="other"))
    assert (result.rows_taken, result.rows_merged) == (0, 1)
    assert ("held_by_other_source", False) in result.reasons
    later = read(write(row(granted="2026-11-20T10:00Z")), database, plain(name="other"))
    assert later.counts.renewed == 1
    assert rows_of(database, 'SELECT source FROM "authorization"') == [("other",)]


def test_an_account_that_its_source_has_let_go_may_come_back_in_another(write, database: Engine):
    other = row(customer="C2", seller="A2NORD")
    read(write(row(), other), database)
    read(write(other), database)
    assert paused(database) == [("A1NORD", "removed from source")]
    assert read(write(row()), database, plain(name="other")).counts.changed == 1
    assert paused(database) == []
    result = read(write(row(), other), database)
    assert (result.rows_merged, paused(database)) == (1, [])
    sources = 'SELECT selling_partner_id, source FROM "authorization" ORDER BY 1'
    assert rows_of(database, sources) == [("A1NORD", "other"), ("A2NORD", "plain")]


def test_a_key_of_any_bytes_is_a_place(database: Engine, tmp_path):
    path = tmp_path / "source.sqlite"
    change(
        str(path),
        "CREATE TABLE t (id BLOB, customer, name, email, seller, market, granted, expires, synced)",
        "INSERT INTO t VALUES (X'004100', 'C1', 'Nord', '', 'A1NORD', 'DE', '2026-03-01', '', '')",
    )
    mapping = plain(sql={"table": "t", "key": "id"})
    (problem,) = read(str(path), database, mapping).problems
    assert (problem.reason, problem.place) == ("no_contact", "id=�A�")
