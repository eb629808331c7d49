"""Owner, snoozed and contacted as filters: the list, the count and the rule agree."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from data_access import casework, demo, expiry_counts
from data_access.account_list import every_account
from data_access.case_reading import ids_of
from data_access.database import reading, writing
from data_access.funnel import Step, record_for
from data_access.overview import overview
from data_access.schema import authorization, message
from rules.account_filter import ANYBODY, NOBODY, AccountFilter
from rules.acts import Actor, Role
from rules.casework import round_of
from tests.conftest import NOW
from tests.query_plans import scans, statements

ANNA = Actor("anna", Role.AGENT)
BEFORE = NOW - timedelta(minutes=5)


def written_to(desk: Engine, account: int, state: str, renewals_ago: int = 0) -> None:
    """A message to the seller of an account."""
    with writing(desk) as connection:
        granted = connection.scalar(
            select(authorization.c.granted_at).where(authorization.c.id == account)
        )
        connection.execute(
            insert(message).values(
                message_id=f"<{account}-{state}@desk>",
                kind="outreach",
                authorization_id=account,
                round=round_of(granted) - renewals_ago,
                recipient="seller@shop.example",
                state=state,
                created_at=BEFORE,
            )
        )


@pytest.fixture
def desk(database: Engine) -> Iterator[Engine]:
    """Forty accounts: 1 to 3 Anna's, 3 and 4 snoozed, 5 to 8 contacted in this round."""
    demo.fill(40, 4, NOW, of=database)
    with writing(database) as connection:
        connection.execute(
            update(authorization)
            .where(authorization.c.id.between(1, 12))
            .values(granted_at=NOW - timedelta(days=350), expires_at=NOW + timedelta(days=15))
        )
    casework.assign(ANNA, [1, 2, 3], "anna", BEFORE, database)
    casework.put_off(ANNA, [3, 4], date(2026, 11, 27), "on holiday", BEFORE, database)
    casework.write_note(ANNA, [5], "called", BEFORE, database)
    written_to(database, 6, "sent")
    written_to(database, 7, "waiting")
    with writing(database) as connection:
        record_for(connection, Step.SENT, 8, BEFORE, "anna")
    # None of these is contact in this round.
    written_to(database, 9, "failed")
    written_to(database, 10, "sent", renewals_ago=1)
    casework.write_note(ANNA, [11], "last year", NOW - timedelta(days=400), database)
    taken = casework.write_note(ANNA, [12], "wrong account", BEFORE, database)
    casework.withdraw_note(ANNA, taken.changes[0].after, BEFORE, database)
    yield database


FEW = {
    AccountFilter(owners=("anna",)): {1, 2, 3},
    AccountFilter(owners=(ANYBODY,)): {1, 2, 3},
    AccountFilter(owners=("anna", NOBODY), snoozed=True): {3, 4},
    AccountFilter(snoozed=True): {3, 4},
    AccountFilter(owners=("anna",), snoozed=False): {1, 2},
    AccountFilter(contacted=True): {5, 6, 7, 8},
    AccountFilter(contacted=True, snoozed=True): set(),
    AccountFilter(expires_from=date(2026, 12, 1), expires_to=date(2026, 12, 23), contacted=True): {
        5,
        6,
        7,
        8,
    },
}
DENIED = {
    AccountFilter(owners=(NOBODY,)): {1, 2, 3},
    AccountFilter(snoozed=False): {3, 4},
    AccountFilter(contacted=False): {5, 6, 7, 8},
    AccountFilter(contacted=False, snoozed=False, owners=(NOBODY,)): {1, 2, 3, 4, 5, 6, 7, 8},
}


@pytest.fixture
def everybody(desk: Engine) -> set[int]:
    """The numbers of all accounts."""
    with reading(desk) as connection:
        return set(connection.scalars(select(authorization.c.id)))


@pytest.mark.parametrize("few", [0, 1_000])
def test_each_filter_means_its_accounts_and_counts_them(desk, everybody, monkeypatch, few):
    monkeypatch.setattr(expiry_counts, "FEW", few)
    meant = FEW | {wanted: everybody - out for wanted, out in DENIED.items()}
    for wanted, ids in meant.items():
        frames = every_account(wanted, NOW, of=desk)
        assert {i for frame in frames for i in frame["id"]} == ids, wanted.sentence()
        assert overview(wanted, NOW, of=desk).matching == len(ids), wanted.sentence()
        assert set(ids_of(wanted, NOW, of=desk)) == ids


def test_what_few_accounts_are_is_found_without_passing_over_all(desk):
    """Denying filters too: they are counted as a difference, and their list stops at a page."""
    with statements(desk) as seen:
        for wanted in (*FEW, *DENIED):
            overview(wanted, NOW, of=desk)
    for statement, parameters in seen:
        assert scans(desk, statement, parameters) == [], statement
