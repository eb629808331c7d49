"""After an erasure none of the seller's strings is anywhere; what must remain remains."""

from datetime import timedelta
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import event, insert, text, update

from data_access import attempts, demo, erased, erasure, granting, overwriting, rollup, schema
from data_access.account_list import account_page
from data_access.audit_chain import examined
from data_access.database import reading, writing
from data_access.doctor import examine
from data_access.erased import REASON, digest
from data_access.erasure import NoSuchSeller, SeveralSellers, accounts_of, erase
from data_access.history import add_event
from data_access.prevention import prevention_cohorts, prevention_months
from data_access.seller_view import seller_view, seller_views
from data_access.sources import read_mapping, read_source
from rules.account_filter import AccountFilter
from rules.acts import Act, Actor, NotAllowed, Role
from rules.renewal_steps import Outcome
from tests.accounts import row_of, rows
from tests.data_access.quoted_seller import PARTNER, TRACES, a_quoted_seller, everything, traces_in

ADMIN = Actor("ada", Role.ADMIN)

pytestmark = pytest.mark.usefixtures("configured")


@pytest.fixture
def seller(database, now):
    """A seller with two accounts, quoted wherever one may be, and an account of somebody else."""
    return a_quoted_seller(database, now)


def test_nothing_of_the_seller_is_left_in_any_column_of_any_table(database, seller, now):
    assert traces_in(everything(database)) == {*TRACES.values(), PARTNER}
    done = erase(TRACES["customer_number"], None, ADMIN, now, database)
    assert (done.accounts, done.notes, done.messages) == (tuple(seller[0]), 1, 1)
    assert traces_in(everything(database)) == set()
    assert "somebody else" in everything(database)


def test_nothing_is_left_in_the_bytes_of_the_file(database, seller, now):
    if database.dialect.name == "postgresql":
        pytest.skip("its files are the server's; VACUUM frees them")
    file = Path(database.url.database)
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    database.dispose()
    for path in (file, file.with_name(f"{file.name}-wal")):
        content = path.read_bytes() if path.exists() else b""
        assert traces_in(content.decode("latin-1")) == set()


def test_others_write_between_the_words_that_are_taken_out(database, seller, now, monkeypatch):
    if database.dialect.name == "postgresql":
        pytest.skip("VACUUM keeps nobody from writing")
    demo.fill(300, 3, now, of=database)
    monkeypatch.setattr(overwriting, "MERGED_AT_ONCE", 1)
    goes: list[object] = []
    committed = goes.append
    event.listen(database, "commit", committed)
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    event.remove(database, "commit", committed)
    assert len(goes) > 10
    with reading(database) as connection:
        parts = text("SELECT count(DISTINCT segid) FROM authorization_search_idx")
        assert connection.scalar(parts) == 1


def test_search_finds_nobody_any_more(database, seller, now):
    wanted = AccountFilter(text="quastenflosser")
    assert len(account_page(wanted, now, of=database).rows) == 2
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    assert account_page(wanted, now, of=database).rows.empty


def test_the_account_stays_under_a_pseudonym_with_exact_counters(database, seller, now):
    (first, _second), other = seller
    before = row_of(database, first)
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    after = row_of(database, first)
    assert after.selling_partner_id == f"ERASED-{first}"
    assert (after.paused, after.paused_reason) == (True, REASON)
    kept = ("granted_at", "expires_at", "region", "marketplaces", "plan", "language")
    assert [getattr(after, k) for k in kept] == [getattr(before, k) for k in kept]
    assert len(rows(database, schema.lapse)) == 2
    assert row_of(database, other).seller_name.startswith("Müller")
    with reading(database) as connection:
        assert rollup.drift(connection) == 0
    assert "erased" in {e.kind for e in rows(database, schema.event) if e.authorization_id == first}
    assert set(examine(database, now).account_id.dropna()) & set(seller[0]) == set()


def test_the_figures_of_past_months_and_cohorts_stay(database, seller, now):
    (first, second), _other = seller
    renewed = now - timedelta(days=40)
    before, who = renewed + timedelta(days=5), {"before": TRACES["name"], "after": PARTNER}
    by_source = {"expires_at": {"before": before.isoformat(), "after": None}, "name": who}
    with writing(database) as connection:
        add_event(connection, "granted", first, renewed, previous_expiry=before, by=PARTNER)
        add_event(connection, "renewed", second, renewed, **by_source)
        for account in (first, second):
            values = {"granted_at": renewed, "expires_at": renewed + timedelta(days=365)}
            a = schema.authorization
            connection.execute(update(a).where(a.c.id == account).values(values))
    figures = prevention_months(now, of=database), prevention_cohorts(now, of=database)
    assert figures[0]["renewed_in_time"].sum() == 2
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    assert_frame_equal(prevention_months(now, of=database), figures[0])
    assert_frame_equal(prevention_cohorts(now, of=database), figures[1])
    assert traces_in(everything(database)) == set()


def test_what_would_still_have_been_sent_is_not(database, seller, now):
    with writing(database) as connection:
        connection.execute(update(schema.message).values(state="waiting", next_try_at=now))
    (first, _second), other = seller
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    states = {m.authorization_id: m.state for m in rows(database, schema.message)}
    assert states == {first: "left_out", other: "waiting"}
    assert {h.authorization_id for h in rows(database, schema.hand_over)} == {other}
    unfinished = [r for r in rows(database, schema.renewal) if r.finished_at is None]
    assert {r.authorization_id for r in unfinished} == {other}


def test_a_token_that_amazon_sends_after_the_erasure_is_dropped(database, seller, now):
    (first, _second), _other = seller
    r = schema.renewal
    with writing(database) as connection:
        connection.execute(update(r).values(step="exchanging", finished_at=None))
    (under_way,) = (row.id for row in rows(database, r) if row.authorization_id == first)
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    with writing(database) as connection:
        assert not attempts.keep_token(connection, under_way, "Atzr|late", now)
        assert not granting.grant(connection, under_way, now)
    assert attempts.came_to(under_way, database) is Outcome.INTERRUPTED
    (row,) = (row for row in rows(database, r) if row.id == under_way)
    assert row.refresh_token is None and row.finished_at is not None


def test_the_trail_says_who_erased_which_accounts_and_stays_whole(database, seller, now):
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    entries = rows(database, schema.audit_entry)
    assert [(e.act, e.actor, e.authorization_id) for e in entries] == [
        (Act.ERASE_SELLER, "ada", account) for account in seller[0]
    ]
    assert examined(database).broken is None


def test_links_and_amazons_own_way_lead_nowhere(database, seller, now):
    erase(TRACES["customer_number"], None, ADMIN, now, database)
    assert seller_view(seller[0][0], database) is None
    assert seller_views(f"{PARTNER}0", database) == []
    assert seller_views(f"ERASED-{seller[0][0]}", database) == []


def test_only_admins_erase_and_only_whom_they_mean(database, seller, now):
    with pytest.raises(NotAllowed):
        erase(TRACES["customer_number"], None, Actor("anna", Role.AGENT), now, database)
    with pytest.raises(NoSuchSeller):
        erase("K-4711", None, ADMIN, now, database)
    with pytest.raises(NoSuchSeller):
        erase(TRACES["customer_number"], "elsewhere", ADMIN, now, database)
    with writing(database) as connection:
        values = {"customer_number": TRACES["customer_number"], "name": "x", "source": "b"}
        connection.execute(insert(schema.seller).values(values))
    with pytest.raises(SeveralSellers) as several:
        accounts_of(TRACES["customer_number"], None, database)
    assert several.value.sources == ("b", "plugin")
    assert traces_in(everything(database)) == {*TRACES.values(), PARTNER}
    assert rows(database, schema.audit_entry) == []


def test_a_failure_in_the_middle_erases_nothing(database, seller, now, monkeypatch):
    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr(erasure, "_forget_traces", broken)
    with pytest.raises(RuntimeError):
        erase(TRACES["customer_number"], None, ADMIN, now, database)
    assert traces_in(everything(database)) == {*TRACES.values(), PARTNER}
    assert rows(database, schema.erased_seller) == []


MAPPING = """
name = "plugin"
zone = "UTC"
[csv]
[fields]
customer_number = "number"
selling_partner_id = "partner"
name = "name"
email = "mail"
marketplaces = "markets"
granted_at = "granted"
"""


def test_the_next_reading_does_not_bring_the_seller_back_and_says_why(database, now, tmp_path):
    mapping = tmp_path / "m.toml"
    mapping.write_text(MAPPING)
    file = tmp_path / "export.csv"
    granted = (now - timedelta(days=100)).date().isoformat()
    file.write_text(
        "number,partner,name,mail,markets,granted\n"
        f"{TRACES['customer_number']},{PARTNER}01,{TRACES['name']},no mail at all,DE,{granted}\n"
        f"K-2,A2OTHERSELLER1,Other GmbH,other@example.com,DE,{granted}\n"
    )
    read = read_mapping(mapping)
    first = read_source(str(file), read, of=database, now=now)
    assert (first.rows_taken, first.is_whole) == (2, True)
    erase(TRACES["customer_number"], "plugin", ADMIN, now, database)
    events = len(rows(database, schema.event))
    for _ in range(2):
        again = read_source(str(file), read, of=database, now=now)
        assert (again.rows_taken, again.rows_rejected, again.is_whole) == (1, 1, True)
        assert again.reasons == {("erased", False): 1}
        assert again.problems[0].sentence.startswith("This seller was erased on request")
        assert again.counts.total == 0
    assert traces_in(everything(database)) == set()
    assert len(rows(database, schema.event)) == events
    assert len(rows(database, schema.authorization)) == 2


def test_the_digest_needs_the_key_and_the_source(configured, monkeypatch):
    one = digest("plugin", "K-1")
    assert one == digest("plugin", "K-1") != digest("other", "K-1")
    monkeypatch.setattr(erased, "erasure_key", lambda: "z" * 40)
    assert digest("plugin", "K-1") != one
