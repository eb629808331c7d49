"""Viewers see, agents act, admins configure."""

import pytest

from rules.acts import Act, Actor, NotAllowed, Role, check, needs


@pytest.mark.parametrize("act", Act)
def test_a_role_may_what_the_lesser_ones_may(act):
    allowed = [Actor("x", role).may(act) for role in Role]
    assert allowed == sorted(allowed)
    assert allowed[-1]


def test_viewers_only_come_and_go():
    viewer = Actor("v", Role.VIEWER)
    assert {act for act in Act if viewer.may(act)} == {Act.SIGN_IN, Act.SIGN_OUT}


@pytest.mark.parametrize("role", Role)
def test_what_a_role_may_not_is_refused(role):
    actor = Actor("x", role)
    for act in Act:
        if actor.may(act):
            check(actor, act)
        else:
            with pytest.raises(NotAllowed):
                check(actor, act)


def test_agents_do_not_configure():
    with pytest.raises(NotAllowed) as refused:
        check(Actor("a", Role.AGENT), Act.ERASE_SELLER)
    assert refused.value.needs is needs(Act.ERASE_SELLER) is Role.ADMIN
