"""Who has which role, by what the provider says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.acts import Role
from rules.roles import Person, claimed, grounds_of, person_of, role_of

ROLES = {
    Role.ADMIN: ("boss@vendor.example", "desk-admins"),
    Role.AGENT: ("support",),
    Role.VIEWER: ("*@vendor.example",),
}


@pytest.mark.parametrize(
    ("values", "role"),
    [
        (["boss@vendor.example"], Role.ADMIN),
        (["BOSS@Vendor.Example"], Role.ADMIN),
        (["support"], Role.AGENT),
        (["support", "desk-admins"], Role.ADMIN),
        (["anna@vendor.example"], Role.VIEWER),
        (["anna@vendor.example.evil.example"], None),
        (["anna@evil-vendor.example"], None),
        (["support@elsewhere.example"], None),
        (["admin", "agent", "desk"], None),
        ([""], None),
        ([], None),
    ],
)
def test_the_highest_role_that_anything_gives(values, role):
    assert role_of(values, ROLES) == role


@given(st.lists(st.text()))
def test_what_the_settings_do_not_name_gives_nothing(values):
    known = ("boss@vendor.example", "desk-admins", "support", "@vendor.example")
    unknown = [v for v in values if not any(each in v.casefold() for each in known)]
    assert role_of(unknown, ROLES) is None


def test_what_is_kept_of_somebody_gives_the_same_role():
    for values in (["boss@vendor.example"], ["x", "support"], ["anna@vendor.example"], ["x"]):
        assert role_of(grounds_of(values, ROLES), ROLES) == role_of(values, ROLES)
    assert grounds_of(["salary", "support"], ROLES) == ("support",)


@pytest.mark.parametrize(
    ("claims", "claim", "values"),
    [
        ({"groups": ["a", "b"]}, "groups", ("a", "b")),
        ({"role": "a"}, "role", ("a",)),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ("a",)),
        ({"https://desk.example/roles": ["a"]}, "https://desk.example/roles", ("a",)),
        ({"groups": [{"name": "a"}, None]}, "groups", ()),
        ({"groups": "a"}, "groups.deeper", ()),
        ({}, "groups", ()),
    ],
)
def test_a_claim_may_be_a_list_a_text_or_lie_deeper(claims, claim, values):
    assert claimed(claims, claim) == values


def test_an_unverified_address_is_nobodys_name():
    claims = {"sub": "7", "email": "boss@vendor.example"}
    assert person_of(claims) == Person("7", "boss@vendor.example")
    assert person_of(claims | {"email_verified": True}) == Person("7", "boss@vendor.example")
    assert person_of(claims | {"email_verified": False}) == Person("7", "7")
    assert person_of(claims | {"email_verified": "false"}) == Person("7", "7")


def test_whoever_has_no_lasting_name_is_nobody():
    assert person_of({"email": "boss@vendor.example"}) is None
    assert person_of({"sub": "x" * 300}) is None


def test_an_address_that_is_too_long_to_be_kept_is_nobodys_name():
    longest = "x" * 185 + "@vendor.example"
    assert person_of({"sub": "7", "email": longest}).name == longest
    assert person_of({"sub": "7", "email": "x" + longest}).name == "7"


def test_a_subject_never_passes_for_an_address():
    chosen = {"sub": "boss@vendor.example", "email": "boss@vendor.example", "email_verified": False}
    name = person_of(chosen).name
    roles = {Role.ADMIN: ["boss@vendor.example", "*@vendor.example"]}
    assert role_of([name], roles) is None
