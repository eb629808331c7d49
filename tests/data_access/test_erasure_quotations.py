"""After an erasure nobody else's history, views or problems quote the seller any more."""

import pytest
from sqlalchemy import insert, select, update

from data_access import attempts, consents, schema
from data_access.database import writing
from data_access.erasure import erase
from data_access.history import add_event
from data_access.named_views import named_views, save_view
from rules.account_filter import AccountFilter
from rules.acts import Actor, Role
from rules.renewal_steps import Callback, Outcome, Refuse
from tests.accounts import rows
from tests.data_access.quoted_seller import PARTNER, TRACES, a_quoted_seller, everything, traces_in

ADMIN = Actor("ada", Role.ADMIN)
pytestmark = pytest.mark.usefixtures("configured")


@pytest.fixture
def seller(database, now):
    """A seller with two accounts, quoted wherever one may be, and an account of somebody else."""
    return a_quoted_seller(database, now)


def test_the_history_of_others_does_not_quote_the_seller_any_more(database, seller, now):
    _ids, other = seller
    said = {name: {"before": value, "after": "x"} for name, value in TRACES.items()}
    quoted = TRACES | {"name": 'Zyx "Quasten" 100 %'}
    with writing(database) as connection:
        s = schema.seller
        connection.execute(update(s).where(s.c.name == TRACES["name"]).values(name=quoted["name"]))
        add_event(connection, "changed", other, now, **said)
        add_event(connection, "changed", other, now, name={"before": quoted["name"]})
        add_event(connection, "renewed", other, now, expires_at={"before": "2026"}, **said)
        add_event(connection, "changed", other, now, plan={"before": "basic", "after": "pro"})
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    told = [e.details for e in rows(database, schema.event) if e.authorization_id == other]
    assert told[-4:] == [
        *("{}", "{}", '{"expires_at": {"before": "2026"}}'),
        '{"plan": {"before": "basic", "after": "pro"}}',
    ]


def test_views_probes_and_problems_that_quote_the_seller_are_forgotten(database, seller, now):
    theirs, other = f"q={TRACES['email'].upper()}", "q=somebody&status=expired"
    views = {TRACES["name"].lower(): "status=expired", "Theirs": theirs, "Others": other}
    problem = {"taken": False, "reason": "bad_value"}
    with writing(database) as connection:
        for name, query in views.items():
            values = {"name": name, "query": query, "saved_at": now}
            connection.execute(insert(schema.named_view).values(values))
        for asked in (theirs, other):
            connection.execute(insert(schema.probe_run).values(filter=asked, started_at=now))
        run = connection.scalar(select(schema.source_run.c.id).limit(1))
        for quoting in ("place", "value", "fix"):
            values = {"run_id": run, "place": "line 7", **problem}
            values[quoting] = f"read {TRACES['phone']} there"
            connection.execute(insert(schema.source_problem).values(values))
        connection.execute(
            insert(schema.source_problem).values(run_id=run, place="line 8", **problem)
        )
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    assert traces_in(everything(database)) == set()
    assert [view.name for view in rows(database, schema.named_view)] == ["Others"]
    assert [run.filter for run in rows(database, schema.probe_run)] == ["", other]
    assert "line 8" in {each.place for each in rows(database, schema.source_problem)}


@pytest.mark.parametrize(
    ("name", "says", "wanted", "stays"),
    [
        ("Müller  Möbel GmbH", "MULLER MOBEL GMBH, late", "", False),
        ("Müller  Möbel GmbH", "Late", "müller möbel gmbh", False),
        ("Müller Möbel GmbH " + "und Söhne " * 9, "{:.80}", "", False),
        ("Müller Möbel GmbH " + "und Söhne " * 30, "Late", "{:.200}", False),
        # Others have that in their names too.
        ("Müller Möbel GmbH", "Müll", "müll", True),
    ],
)
def test_a_view_by_the_whole_name_goes_and_one_by_a_part_of_it_stays(
    database, seller, now, name, says, wanted, stays
):
    with writing(database) as connection:
        s = schema.seller
        connection.execute(update(s).where(s.c.name == TRACES["name"]).values(name=name))
    filtered = AccountFilter(text=wanted.format(name))
    save_view(says.format(name), filtered, Actor("anna", Role.AGENT), now, of=database)
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    assert bool(named_views(database)) is stays


def test_a_word_of_the_history_itself_is_no_quotation(database, seller, now):
    _ids, other = seller
    with writing(database) as connection:
        s = schema.seller
        connection.execute(update(s).where(s.c.name == TRACES["name"]).values(name="Before"))
        add_event(connection, "changed", other, now, plan={"before": "basic", "after": "pro"})
        add_event(connection, "assigned", other, now, owner=TRACES["contact"])
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    assert [e.details for e in rows(database, schema.event)][-4:-2] == [
        '{"plan": {"before": "basic", "after": "pro"}}',
        f'{{"owner": "{TRACES["contact"]}"}}',
    ]


def test_whoever_consented_in_the_place_of_another_is_forgotten_there(database, seller, now):
    """The longest id that the desk takes is noted whole."""
    (first, _second), other = seller
    longest = PARTNER.ljust(60, "X")
    a = schema.authorization
    secret = consents.begin(other, "a browser", now, of=database)
    with writing(database) as connection:
        connection.execute(update(a).where(a.c.id == first).values(selling_partner_id=longest))
        state, _row = consents.look_up(connection, secret)
        refusal = Refuse(Callback(secret, longest), state, Outcome.WRONG_SELLER)
        attempts.refuse(connection, refusal, now)
    assert longest in everything(database)
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    assert PARTNER not in everything(database)
