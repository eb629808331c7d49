"""The audit trail is read by filter and page by page, and exported by admins alone."""

import csv
import io
from datetime import date, timedelta

import pytest

from data_access.account_order import BadCursor
from data_access.audit import acting
from data_access.audit_chain import examined
from data_access.audit_export import read_trail_export, trail_export_path, write_trail
from data_access.audit_list import actors, every_entry, how_many, trail_page
from data_access.export_links import ExportRefused
from data_access.schema import audit_entry
from rules.acts import Act, Actor, NotAllowed, Role
from rules.trail_filter import TrailFilter
from tests.accounts import an_account, rows

ANNA, BEN = Actor("anna", Role.AGENT), Actor("=ben", Role.ADMIN)


@pytest.fixture
def trail(database, now, configured):
    """25 entries in two days: Anna's on the first, Ben's on the second."""
    account = an_account(database, now)
    for number in range(20):
        with acting(ANNA, Act.ASSIGN, now - timedelta(days=1), database) as deed:
            deed.note(account + number, before="", after="anna")
    for _number in range(5):
        with acting(BEN, Act.SET_ASSUMPTION, now, database) as deed:
            deed.note(name="orders_per_day", before=1, after="=2")
    return database


def ids(wanted, now, of, **more) -> list[int]:
    """The entries of a page."""
    return trail_page(wanted, now, of=of, **more).rows["id"].tolist()


def test_the_latest_comes_first_and_pages_follow_each_other_both_ways(trail, now):
    wanted = TrailFilter()
    first = trail_page(wanted, now, size=10, of=trail)
    second = trail_page(wanted, now, first.after, 10, trail)
    third = trail_page(wanted, now, second.after, 10, trail)
    pages = [page.rows["id"].tolist() for page in (first, second, third)]
    assert sum(pages, []) == list(range(25, 0, -1))
    assert (first.before, third.after) == (None, None)
    back = trail_page(wanted, now, third.before, 10, trail)
    assert back.rows["id"].tolist() == pages[1]
    assert trail_page(wanted, now, back.before, 10, trail).rows["id"].tolist() == pages[0]


def test_each_filter_finds_its_entries(trail, now):
    assert ids(TrailFilter(who="anna"), now, trail) == list(range(20, 0, -1))
    assert ids(TrailFilter(acts=(Act.SET_ASSUMPTION, Act.SNOOZE)), now, trail) == [
        25,
        24,
        23,
        22,
        21,
    ]
    account = trail_page(TrailFilter(), now, of=trail).rows["account_id"].min()
    assert ids(TrailFilter(account=int(account)), now, trail) == [1]
    yesterday = date(2026, 11, 22)
    assert ids(TrailFilter(until=yesterday), now, trail) == list(range(20, 0, -1))
    assert ids(TrailFilter(since=date(2026, 11, 23)), now, trail) == [25, 24, 23, 22, 21]
    assert ids(TrailFilter(who="nobody"), now, trail) == []
    assert how_many(TrailFilter(who="anna"), now, trail) == 20
    assert how_many(TrailFilter(), now, trail) == 25
    assert actors(trail) == ["=ben", "anna"]


def test_the_sellers_name_is_looked_up_when_it_is_read(trail, now):
    shown = trail_page(TrailFilter(), now, of=trail).rows
    assert shown.seller.tolist()[-1].startswith("Müller")
    assert all("ller" not in entry.details for entry in rows(trail, audit_entry))


@pytest.mark.parametrize("cursor", ["", "x", "later-", "later-x", "earlier-" + "9" * 30, "25"])
def test_a_page_that_cannot_be_read_is_refused(trail, now, cursor):
    with pytest.raises(BadCursor):
        trail_page(TrailFilter(), now, cursor, of=trail)


def test_every_entry_comes_once(trail, now):
    frames = every_entry(TrailFilter(), now, trail, batch=7)
    assert [i for frame in frames for i in frame["id"]] == list(range(25, 0, -1))


def exported(path: str, now, of, actor: Actor = BEN) -> list[dict]:
    """The file behind an address."""
    asked = read_trail_export(path.removeprefix("/audit-export/"))
    content = b"".join(write_trail(asked, actor, now, of)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def test_the_export_holds_the_filter_defused_and_is_an_entry_itself(trail, now):
    path = trail_export_path(TrailFilter(who="=ben"), now, BEN)
    lines = exported(path, now, trail)
    # The export's own entry stands in it.
    assert [line["entry"] for line in lines] == ["26", "25", "24", "23", "22", "21"]
    assert {line["who"] for line in lines} == {"'=ben"}
    assert lines[0]["what"] == "export_audit"
    assert lines[1]["at (UTC)"] == "2026-11-23 08:30:00.000000"
    assert "<NA>" not in {value for line in lines for value in line.values()}
    assert examined(trail).broken is None


def test_an_export_that_nobody_reads_to_its_end_is_known_too(trail, now):
    asked = read_trail_export(
        trail_export_path(TrailFilter(), now, BEN).removeprefix("/audit-export/")
    )
    write_trail(asked, BEN, now, trail)
    assert rows(trail, audit_entry)[-1].act == "export_audit"


def test_only_admins_export(trail, now):
    with pytest.raises(NotAllowed):
        trail_export_path(TrailFilter(), now, ANNA)
    path = trail_export_path(TrailFilter(), now, BEN)
    with pytest.raises(NotAllowed):
        exported(path, now, trail, Actor(BEN.name, Role.AGENT))
    with pytest.raises(ExportRefused):
        exported(path, now, trail, Actor("carl", Role.ADMIN))
    assert len(rows(trail, audit_entry)) == 25


@pytest.mark.parametrize("token", ["", "x", "ey.x.y", "%00"])
def test_an_address_that_is_not_ours_gives_nothing(configured, token):
    with pytest.raises(ExportRefused):
        read_trail_export(token)
