"""What the rows of a CSV file say: which are taken, which are not, and what is remarked."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from data_access.sources import read_source
from tests.conftest import NOW
from tests.data_access.sources.conftest import ROW, plain, reasons, row, rows_of


def test_rows_of_one_authorization_per_marketplace_are_united(desk: Engine, write):
    path = write(row(market="DE"), row(market="FR"), row(market="IT"))
    result = read_source(path, plain(), of=desk, now=NOW)
    assert (result.rows_taken, result.rows_merged) == (1, 2)
    assert {p.reason for p in result.problems} == {"same_authorization"}
    assert rows_of(desk, 'SELECT marketplaces FROM "authorization"') == [("DE,FR,IT",)]
    meant = read_source(path, plain(one_row_per="marketplace"), of=desk, now=NOW)
    assert (meant.rows_taken, meant.problems, meant.counts.total) == (1, [], 0)


def test_the_later_grant_of_two_counts(desk: Engine, write):
    path = write(
        row(granted="2026-03-01T10:00Z"), row(granted="2026-10-01T10:00Z"), row(granted="")
    )
    result = read_source(path, plain(), of=desk, now=NOW)
    assert reasons(result) == {("line 2", "contradicting_row"), ("line 4", "contradicting_row")}
    assert str(rows_of(desk, 'SELECT granted_at FROM "authorization"')[0][0])[:7] == "2026-10"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"market": "DE US"}, "unknown_marketplace"),
        ({"market": "sellercentral-europe.amazon.com"}, "ambiguous_marketplace"),
        ({"market": ""}, "no_marketplace"),
        ({"seller": "'; DROP TABLE seller; --"}, "bad_selling_partner_id"),
        ({"customer": "C" * 300}, "too_long"),
        ({"name": "Ж" * 1_001}, "too_long"),
        ({"granted": "2026-13-01"}, "unreadable_grant"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(desk: Engine, write, changes: dict, reason: str):
    result = read_source(write(row(**changes)), plain(), of=desk, now=NOW)
    assert reasons(result) == {("line 2", reason)}
    assert result.rows_rejected == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"email": "nowhere"}, "bad_email"),
        ({"email": ""}, "no_contact"),
        ({"name": ""}, "no_name"),
        ({"name": "Nord\x00GmbH"}, "control_characters"),
        ({"granted": "2027-03-01T10:00Z"}, "future_grant"),
        ({"granted": "", "expires": "2027-03-01"}, "grant_missing"),
        ({"expires": "2027-03-02"}, "expiry_not_365"),
        ({"expires": "2027-03-01T12:30Z"}, "expiry_not_365"),
        ({"expires": "whenever"}, "unreadable_moment"),
        ({"synced": "2027-03-02"}, "future_sync"),
    ],
)
def test_a_row_that_is_taken_may_carry_a_remark(desk: Engine, write, changes: dict, reason: str):
    result = read_source(write(row(**changes)), plain(), of=desk, now=NOW)
    assert reasons(result) == {("line 2", reason)}
    assert result.rows_taken == 1


def test_an_address_that_marketplaces_share_stands_for_none_of_them(desk: Engine, write):
    shared = "https://sellercentral-europe.amazon.com/"
    which = (
        "It is that of ES, UK, FR, DE, IT; name the marketplace itself. If all rows mean one, "
        "translate it under fields.marketplaces.values."
    )
    path = write(row(market=shared), row(customer="C2", seller="A2", market=f"{shared},NL"))
    mapping = plain(fields={"marketplaces": {"column": "market", "split": ","}})
    found = read_source(path, mapping, of=desk, now=NOW).problems
    assert [(each.reason, each.value, each.fix) for each in found] == [
        ("ambiguous_marketplace", shared, which),
        ("extra_marketplace", shared, which),
    ]
    assert rows_of(desk, 'SELECT marketplaces FROM "authorization"') == [("NL",)]
    meant = {"column": "market", "split": ",", "values": {shared: "DE"}}
    read_source(path, plain(fields={"marketplaces": meant}), of=desk, now=NOW)
    assert rows_of(desk, 'SELECT marketplaces FROM "authorization" ORDER BY id') == [
        ("DE,NL",),
        ("DE",),
    ]


def test_no_proposal_tells_a_token_from_the_wrong_column(desk: Engine, write):
    token = "Atzr|a-token-in-the-wrong-column"
    read_source(write(row(name="", customer=token)), plain(), of=desk, now=NOW)
    ((fix,),) = rows_of(desk, "SELECT fix FROM source_problem WHERE reason = 'no_name'")
    assert fix.startswith("Enter the name of customer ") and token not in fix


@pytest.mark.parametrize("claim", ["2027-03-01", "2027-03-01T10:00Z", "2027-03-01T11:00+01:00", ""])
def test_a_fitting_expiry_is_no_problem(desk: Engine, write, claim: str):
    assert not read_source(write(row(expires=claim)), plain(), of=desk, now=NOW).problems


def test_a_trusted_expiry_counts(desk: Engine, write):
    path = write(row(expires="2027-01-15T10:00Z"))
    assert not read_source(path, plain(expiry={"trust": True}), of=desk, now=NOW).problems
    found = rows_of(desk, 'SELECT expires_at, expiry_source FROM "authorization"')
    assert (str(found[0][0])[:10], found[0][1]) == ("2027-01-15", "seller_reported")


def test_a_grant_can_be_worked_out_of_the_expiry(desk: Engine, write):
    path = write(row(granted="", expires="2027-03-01T10:00Z"))
    read_source(path, plain(expiry={"grant_from_expiry": True}), of=desk, now=NOW)
    found = rows_of(desk, 'SELECT granted_at FROM "authorization"')
    assert str(found[0][0])[:16] == "2026-03-01 10:00"


def test_an_expiry_that_cannot_be_read_and_is_the_only_date_takes_no_grant_away(desk, write):
    mapping = plain(expiry={"grant_from_expiry": True})
    granted = 'SELECT granted_at FROM "authorization"'
    read_source(write(row(granted="", expires="2027-03-01T10:00Z")), mapping, of=desk, now=NOW)
    known = rows_of(desk, granted)
    path = write(row(granted="", expires="31.02.2027"))
    result = read_source(path, mapping, of=desk, now=NOW)
    assert reasons(result) == {("line 2", "unreadable_expiry")}
    assert rows_of(desk, granted) == known
    result = read_source(write(row(expires="31.02.2027")), mapping, of=desk, now=NOW)
    assert (reasons(result), result.rows_taken) == ({("line 2", "unreadable_moment")}, 1)


cell = st.text(max_size=12) | st.sampled_from(
    [*ROW, "US", "DE,FR", "2026-03-01", '"', "\n", "A2", "Atzr|secret", "=1+1", "\x00", "\ufeff"]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(cell, min_size=1, max_size=9).map(tuple), max_size=8), tail=st.text())
def test_whatever_a_file_holds_every_row_is_accounted_for(desk: Engine, write, rows, tail):
    path = write(*rows)
    with open(path, "a", encoding="utf-8", newline="") as file:
        file.write(tail)
    first = read_source(path, plain(), of=desk, now=NOW)
    again = read_source(path, plain(), of=desk, now=NOW)
    for result in (first, again):
        assert result.rows_read == result.rows_taken + result.rows_rejected + result.rows_merged
        rejected = {p.place for p in result.problems if not p.taken}
        assert len(rejected) == result.rows_rejected
        assert "secret" not in repr([p.value for p in result.problems])
    assert again.counts.total == 0
