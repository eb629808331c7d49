"""Handing out the renew link of one account."""

import pytest

from data_access import schema
from data_access.link_handing import hand_out_link
from rules.acts import Actor, Role
from tests.accounts import an_account, rows
from tests.forgetting import set_up

ANNA = Actor("anna", Role.AGENT)
OTHER = "amzn1.sp.solution.x"


def test_none_is_handed_out_for_another_application(database, live_now, tmp_path):
    account = an_account(database, live_now, application_id=OTHER)
    with set_up({}, tmp_path), pytest.raises(LookupError, match=OTHER):
        hand_out_link(account, ANNA, database)
    assert rows(database, schema.funnel_step) == []


def test_the_vendors_own_address_serves_every_application(database, live_now, tmp_path):
    account = an_account(database, live_now, application_id=OTHER)
    template = "https://vendor.example/{selling_partner_id}"
    values = {"DESK_RENEWAL": "template", "DESK_RENEWAL_TEMPLATE": template}
    with set_up(values, tmp_path):
        assert hand_out_link(account, ANNA, database) == "https://vendor.example/A1SELLER0"
