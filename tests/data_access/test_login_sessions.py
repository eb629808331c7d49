"""Sessions live in the database, and end there."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from data_access import login_sessions
from data_access.database import DatabaseAway, reading, writing
from data_access.login_sessions import (
    alive_among,
    begin,
    end,
    forget_known,
    login_of,
    note_seen,
    open_logins,
    self_of,
)
from data_access.schema import audit_entry, login_session
from rules.acts import Actor, NotAllowed, Role
from rules.roles import Person
from tests.forgetting import forget

ANNA = Person("sub-anna", "anna@vendor.example")


@pytest.fixture
def desk(monkeypatch, database):
    """A desk where Anna is an agent, over an empty database."""
    monkeypatch.setenv("DESK_ROLES", '{"agent": ["anna@vendor.example"], "admin": ["boss"]}')
    forget()
    forget_known()
    yield database
    forget()
    forget_known()


def at(moment):
    """A clock that stands."""
    return lambda: moment


def trail(engine) -> list[tuple[str, str]]:
    """Who did what."""
    with reading(engine) as connection:
        rows = connection.execute(select(audit_entry).order_by(audit_entry.c.id)).all()
    return [(row.actor, row.act) for row in rows]


def test_a_token_finds_its_session_and_the_table_does_not_hold_it(desk, now):
    token, begun = begin(ANNA, [ANNA.name], now, desk)
    found = login_of(token, desk, at(now))
    assert found == begun and found.role is Role.AGENT
    assert found.actor == Actor("anna@vendor.example", Role.AGENT)
    with reading(desk) as connection:
        assert token not in str(connection.execute(select(login_session)).all())


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5_000, "'; DROP TABLE seller; --é"])
def test_other_tokens_find_nobody(desk, now, token):
    begin(ANNA, [ANNA.name], now, desk)
    assert login_of(token, desk, at(now)) is None


def test_signing_out_ends_it_at_once_in_this_process(desk, now):
    told = []
    login_sessions.ended.append(told.append)
    token, login = begin(ANNA, [ANNA.name], now, desk)
    assert login_of(token, desk, at(now))
    end(login, self_of(login), now, desk)
    login_sessions.ended.remove(told.append)
    assert login_of(token, desk, at(now)) is None
    assert told == [login.digest]
    assert trail(desk) == [(ANNA.name, "sign_in"), (ANNA.name, "sign_out")]


def test_another_process_sees_the_end_when_what_it_knows_is_old(desk, now, monkeypatch):
    token, login = begin(ANNA, [ANNA.name], now, desk)
    assert login_of(token, desk, at(now))
    with writing(desk) as connection:
        connection.execute(login_session.update().values(ended_at=now))
    assert login_of(token, desk, at(now)), "believed for a moment"
    later = login_sessions.time.monotonic() + login_sessions.FRESH_SECONDS
    monkeypatch.setattr(login_sessions.time, "monotonic", lambda: later)
    assert login_of(token, desk, at(now)) is None


@pytest.mark.parametrize("later", [timedelta(hours=12), timedelta(minutes=61)])
def test_it_ends_by_itself_after_its_hours_or_without_any_tab(desk, now, later):
    token, login = begin(ANNA, [ANNA.name], now, desk)
    if later > timedelta(hours=2):
        note_seen([login.digest], now + later, desk)
    assert login_of(token, desk, at(now + later)) is None
    assert alive_among({login.digest}, now + later, desk) == {}
    assert open_logins(now + later, desk) == []


def test_one_of_a_clock_that_was_far_ahead_is_not_open_until_that_day(desk, now):
    token, login = begin(ANNA, [ANNA.name], now + timedelta(days=400), desk)
    assert login_of(token, desk, at(now)) is None
    assert alive_among({login.digest}, now, desk) == {}
    assert open_logins(now, desk) == []
    token, login = begin(ANNA, [ANNA.name], now + timedelta(minutes=5), desk)
    assert login_of(token, desk, at(now)) == login


def test_use_keeps_it_alive(desk, now):
    token, login = begin(ANNA, [ANNA.name], now, desk)
    for minutes in (50, 100, 150):
        forget_known()
        assert login_of(token, desk, at(now + timedelta(minutes=minutes)))
    assert set(alive_among({login.digest, "x"}, now + timedelta(minutes=200), desk)) == {
        login.digest
    }


def test_nobody_is_kept_out_because_their_use_cannot_be_noted(desk, now, monkeypatch):
    tries = []

    def held(of, **_how):
        tries.append(of)
        raise DatabaseAway("database is locked")

    token, login = begin(ANNA, [ANNA.name], now, desk)
    forget_known()
    monkeypatch.setattr(login_sessions, "writing", held)
    for seconds in (90, 95):
        login_sessions._known.clear()
        assert login_of(token, desk, at(now + timedelta(seconds=seconds))) == login
    assert len(tries) == 1


def test_an_admin_ends_it_and_an_agent_may_not(desk, now):
    token, login = begin(ANNA, [ANNA.name], now, desk)
    with pytest.raises(NotAllowed):
        end(login, Actor("ben", Role.AGENT), now, desk)
    assert login_of(token, desk, at(now))
    end(login, Actor("boss", Role.ADMIN), now, desk)
    assert login_of(token, desk, at(now)) is None
    assert trail(desk)[-1] == ("boss", "end_session")


def test_a_role_that_the_settings_no_longer_give_is_gone_from_open_sessions(desk, now, monkeypatch):
    token, _login = begin(ANNA, [ANNA.name], now, desk)
    monkeypatch.setenv("DESK_ROLES", '{"admin": ["boss"]}')
    forget()
    found = login_of(token, desk, at(now))
    assert found.role is None and found.actor is None


def test_somebody_without_a_role_is_written_down_as_refused(desk, now):
    begin(Person("s", "stranger@elsewhere.example"), [], now, desk)
    with reading(desk) as connection:
        (entry,) = connection.execute(select(audit_entry)).all()
    assert '"refused": "no role"' in entry.details
