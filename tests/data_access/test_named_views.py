"""Views that colleagues save."""

from threading import Thread

import pytest
from sqlalchemy import insert

from data_access.named_views import ViewNameTaken, delete_view, named_views, save_view, view_names
from data_access.schema import named_view
from rules.account_filter import AccountFilter
from rules.acts import Actor, Role
from tests.waiting import wait_until, waits_for_a_lock

ANNA = Actor("anna", Role.AGENT)
EUROPE, AMERICA = AccountFilter(regions=("EU",)), AccountFilter(regions=("NA",))


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_ERASURE_KEY", "e" * 40)


def test_a_name_that_means_something_else_is_only_replaced_when_asked(database, now):
    save_view("Mine", EUROPE, ANNA, now, of=database)
    save_view("Mine", EUROPE, ANNA, now, of=database)
    with pytest.raises(ViewNameTaken):
        save_view("Mine", AMERICA, ANNA, now, of=database)
    assert [view.wanted for view in named_views(database)] == [EUROPE]
    save_view("Mine", AMERICA, ANNA, now, replace=True, of=database)
    assert [view.wanted for view in named_views(database)] == [AMERICA]


def test_a_name_is_kept_in_one_line_without_what_postgresql_takes_in_no_text(database, now):
    save_view(" Nor\x00d \n EU", EUROPE, ANNA, now, of=database)
    save_view("Nord EU", EUROPE, ANNA, now, of=database)
    assert list(view_names(database).values()) == ["Nord EU"]
    delete_view("Nord EU", ANNA, now, database)
    assert named_views(database) == []
    with pytest.raises(ValueError, match="1 to 80"):
        save_view(" \x00 ", EUROPE, ANNA, now, of=database)


def test_of_two_who_take_a_name_at_once_the_second_hears_that_it_is_taken(on_postgresql, now):
    heard = []

    def second() -> None:
        try:
            save_view("Ours", AMERICA, ANNA, now, of=on_postgresql)
        except Exception as error:
            heard.append(type(error))

    with on_postgresql.connect() as first:
        row = {"name": "Ours", "query": "region=EU", "saved_by": "bob", "saved_at": now}
        first.execute(insert(named_view).values(row))
        thread = Thread(target=second)
        thread.start()
        wait_until(lambda: waits_for_a_lock(on_postgresql))
        first.commit()
        thread.join(20)
    assert heard == [ViewNameTaken]
    assert [view.wanted for view in named_views(on_postgresql)] == [EUROPE]
