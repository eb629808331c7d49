"""The audit screen: who did what, whether the chain is whole, and for whom it is."""

import ast
import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from data_access.audit import acting
from data_access.casework_undo import undo
from data_access.database import writing
from data_access.link_handing import note_sent
from data_access.login_sessions import begin, end, self_of
from data_access.named_views import delete_view, save_view
from data_access.schema import audit_entry
from pages.parts import audit_names, audit_words, viewer
from rules.account_filter import AccountFilter
from rules.acts import Act, Actor, Role
from rules.authorization import Job
from rules.roles import Person
from tests.accounts import an_account, rows
from tests.conftest import NOW
from tests.emptying import without_guards
from tests.forgetting import forget
from tests.pages.conftest import buttons_of, open_page, press

DATA_ACCESS = Path(__file__).parent.parent.parent / "data_access"
ANNA = Actor("anna", Role.AGENT)


@pytest.fixture
def trail(empty_desk):
    """60 entries of Anna's and one of Ben's."""
    for number in range(60):
        with acting(ANNA, Act.ASSIGN, NOW - timedelta(minutes=60 - number), empty_desk) as deed:
            deed.note(number, before="", after="anna")
    with acting(Actor("ben", Role.ADMIN), Act.SET_ASSUMPTION, NOW, empty_desk) as deed:
        deed.note(name="orders_per_day", before=1, after=2)
    return empty_desk


def test_an_empty_trail_says_so(empty_desk):
    page = open_page("audit")
    assert page.info[0].value == "Nobody has done anything yet."
    assert "Chain whole, 0 entries" in page.markdown[0].value


def test_the_latest_entries_are_shown_in_words(trail):
    page = open_page("audit")
    table = page.dataframe[0].value
    assert len(table) == 50
    newest = table.iloc[0]
    assert (newest.who, newest.role, newest.what) == ("ben", "Admin", "Changed an assumption")
    assert newest.details == "1 → 2 · name: orders_per_day"
    assert table.iloc[1].details == "– → anna"
    columns = json.loads(page.dataframe[0].proto.columns)
    assert "" not in [column.get("label") for column in columns.values()]
    assert "Chain whole, 61 entries" in page.markdown[0].value


def test_a_number_of_a_note_is_told_as_one(empty_desk):
    with acting(ANNA, Act.WRITE_NOTE, NOW, empty_desk) as deed:
        deed.note(1, after=72)
    assert open_page("audit").dataframe[0].value.details.tolist() == ["– → no. 72"]


def test_jobs_are_called_what_they_are_called_elsewhere(empty_desk, at_desk):
    at_desk.setenv("DESK_LANGUAGE", "de")
    forget()
    with acting(ANNA, Act.TRY_JOBS, NOW, empty_desk) as deed:
        deed.note(1, passed={job.value: False for job in Job})
    (told,) = open_page("audit").dataframe[0].value.details
    assert told == "bestanden: Preise=nein, Bestand=nein, Bestellungen=nein"


def test_the_address_is_the_filter(trail):
    page = open_page("audit", who="ben", what="set_assumption")
    assert page.dataframe[0].value.who.tolist() == ["ben"]
    assert page.selectbox(key="a_who").value == "ben"
    page.multiselect(key="a_what").unselect("set_assumption").select("assign").run()
    assert page.query_params["what"] in ("assign", ["assign"])
    assert page.info[0].value == "Nothing like that was done."
    page.button(key="a_clear").click().run()
    assert len(page.dataframe[0].value) == 50


def test_what_the_address_cannot_mean_is_said(trail):
    page = open_page("audit", what="dance", page="nowhere")
    assert "`what`" in page.warning[0].value
    assert "first one" in page.info[0].value


def test_pages_follow_each_other(trail):
    page = open_page("audit")
    page.button(key="trail_after").click().run()
    assert len(page.dataframe[0].value) == 11
    page.button(key="trail_before").click().run()
    assert page.dataframe[0].value.entry.iloc[0] == 61
    assert any(each.value.startswith("1 to 50 of 61") for each in page.caption)


def test_the_entry_that_is_pressed_opens_though_another_came_in(trail):
    """The browser still shows the table of before."""
    page = open_page("audit")
    pressed = page.dataframe[0].value.account.iloc[3]
    button = buttons_of(page, "open")
    with acting(ANNA, Act.ASSIGN, NOW, trail) as deed:
        deed.note(7, before="", after="anna")
    page.run()
    assert page.dataframe[0].value.account.iloc[3] != pressed
    press(page, button, 3)
    assert not page.exception and page.query_params["id"] == pressed


def test_a_broken_chain_is_named_with_its_first_bad_entry(trail):
    with writing(trail) as connection:
        without_guards(connection)
        connection.execute(text("UPDATE audit_entry SET actor = 'annb' WHERE id = 17"))
    page = open_page("audit")
    assert "broken at entry 17" in page.error[0].value
    assert len(page.dataframe[0].value) == 50


@pytest.mark.parametrize(
    ("role", "reads", "exports"),
    [(Role.VIEWER, 0, 0), (Role.AGENT, 1, 0), (Role.ADMIN, 1, 1)],
)
def test_agents_read_and_admins_export(trail, monkeypatch, role, reads, exports):
    monkeypatch.setattr(viewer, "_who", lambda: Actor("somebody", role))
    page = open_page("audit")
    assert len(page.dataframe) == reads
    assert len([link for link in page.get("link_button") if link.label == "CSV"]) == exports


def test_what_a_deed_notes_has_words(at_desk):
    """Looks for the names that the code notes: note(number, subject=..., by=...)."""
    noted = set()
    for file in DATA_ACCESS.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "deed.note":
                noted |= {each.arg for each in node.keywords} - {None, "before", "after"}
    assert {"subject", "until", "with_keys"} <= noted
    anybody = viewer.Viewer("x", Role.ADMIN, "en", "en", None)
    assert noted <= set(audit_names.names(anybody))


def test_the_trail_has_no_name_of_a_view_and_the_screen_has_those_that_there_are(empty_desk):
    for name in ("Müller & Söhne", "Blocked now"):
        save_view(name, AccountFilter(text=name), ANNA, NOW, of=empty_desk)
    delete_view("Müller & Söhne", ANNA, NOW, empty_desk)
    said = [json.loads(entry.details)["view"] for entry in rows(empty_desk, audit_entry)]
    assert said[0] == said[2] != said[1]
    assert not any("ller" in entry.details for entry in rows(empty_desk, audit_entry))
    shown = open_page("audit").dataframe[0].value.details.tolist()
    assert [each.rpartition("view: ")[2] for each in shown] == [said[0], "Blocked now", said[0]]


def test_a_refused_sign_in_reads_as_one(empty_desk):
    begin(Person("s", "stranger@elsewhere.example"), [], NOW, empty_desk)
    shown = open_page("audit").dataframe[0].value.iloc[0]
    assert (shown.who, shown.role, shown.what) == (
        "stranger@elsewhere.example",
        "–",
        "Sign-in refused",
    )
    assert "refused: no role" in shown.details


def test_who_was_refused_at_the_door_has_no_role_when_they_leave_either(empty_desk):
    _token, login = begin(Person("s", "stranger@elsewhere.example"), [], NOW, empty_desk)
    end(login, self_of(login), NOW, empty_desk)
    left = open_page("audit").dataframe[0].value.iloc[0]
    assert (left.role, left.what) == ("–", "Signed out")


def test_a_link_that_was_not_sent_after_all_does_not_read_as_sent(empty_desk):
    account = an_account(empty_desk, NOW)
    undo(note_sent(account, ANNA, NOW, empty_desk), ANNA, NOW, empty_desk)
    taken_back, sent = open_page("audit").dataframe[0].value.itertuples()
    assert (sent.what, sent.details) == ("Sent a message", "sent: by hand")
    assert taken_back.what == "“Sent” taken back"
    assert taken_back.details == "sent: by hand · by “Undo”: yes"


def test_every_deed_has_its_words(at_desk):
    anybody = viewer.Viewer("x", Role.ADMIN, "en", "en", None)
    assert set(audit_words.acts(anybody)) == set(Act)
