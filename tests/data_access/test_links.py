"""Renew links and the keys behind them."""

import stat
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError
from sqlalchemy import select

from data_access import keys, links, schema, unsubscribe
from data_access.database import reading
from data_access.settings import Settings
from data_access.upkeep import rotate_keys
from rules.acts import Actor, Role
from rules.authorization import Authorization, expiry
from tests.accounts import OLD_TOKEN, an_account, token_of, with_old_token
from tests.forgetting import set_up

ADMIN = Actor("ada", Role.ADMIN)
GRANTED = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


@pytest.fixture
def home(tmp_path):
    """A desk without any settings, its keys in a directory of the test."""
    with set_up({}, tmp_path / "home"):
        yield tmp_path / "home"


def token(**more) -> str:
    """The token of a link made at NOW."""
    return links.renew_path(7, GRANTED, "anna", made_at=NOW, **more).removeprefix("/renew/")


def test_a_link_says_which_account_grant_and_agent(home):
    link = links.read_link(token(), NOW)
    assert (link.authorization_id, link.agent) == (7, "anna")
    assert link.granted_at == GRANTED.replace(microsecond=0)


def test_what_stands_in_mails_that_have_been_sent_stays_good(tmp_path):
    renew = "WzcsMTc2NzIyNTYwMCwiYW5uYSIsNzM5OTk0XQ.dwwkZ8HwgXDwImAeXZlFEJU9shfYI71Ah7E0NI-hrfk"
    ends = "Nw.cv1rphqSelhi-sW4rhTN7RDU2hpGmmdEKOJsyuD5SvE"
    with set_up({"DESK_LINK_KEY": "k" * 40}, tmp_path):
        link = links.read_link(renew, datetime(2027, 1, 12, tzinfo=UTC))
        assert link == links.Link(7, datetime(2026, 1, 1, tzinfo=UTC), "anna")
        assert unsubscribe.account_of(ends) == 7
        with pytest.raises(unsubscribe.NoSuchAddress):
            unsubscribe.account_of(renew)


@pytest.mark.parametrize(
    ("granted_at", "changed", "done"),
    [
        (GRANTED, {}, False),
        (None, {}, False),
        (GRANTED + timedelta(seconds=1), {}, True),
        (GRANTED - timedelta(hours=1), {}, False),
        (GRANTED + timedelta(days=90), {"expires_at": NOW}, False),
        (GRANTED + timedelta(days=90), {"refused_at": NOW}, False),
        (NOW + timedelta(days=1), {}, False),
        (GRANTED + timedelta(days=1), {"expires_at": NOW + timedelta(days=46)}, True),
        (GRANTED + timedelta(days=1), {"expires_at": NOW + timedelta(days=45)}, False),
    ],
)
def test_a_link_is_done_while_a_later_grant_is_in_force_and_not_expiring(
    home, granted_at, changed, done
):
    account = Authorization(granted_at, granted_at and expiry(granted_at))
    link = links.read_link(token(), NOW)
    assert link.is_done(replace(account, **changed), NOW) is done


def test_a_link_without_a_grant_is_for_the_first_one(home):
    path = links.renew_path(7, None, "anna", made_at=NOW)
    link = links.read_link(path.removeprefix("/renew/"), NOW)
    assert not link.is_done(Authorization(None, None), NOW)
    assert link.is_done(Authorization(GRANTED, expiry(GRANTED)), NOW)


def test_a_link_lives_45_days(home):
    assert links.read_link(token(), NOW + timedelta(days=45))
    with pytest.raises(links.LinkExpired):
        links.read_link(token(), NOW + timedelta(days=46))


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "A" + t, lambda t: t[::-1]])
def test_a_link_that_was_changed_opens_nothing(home, spoil):
    with pytest.raises(links.LinkTampered):
        links.read_link(spoil(token()), NOW)


@pytest.mark.parametrize("nonsense", ["", "x", "." * 50, "x" * 100_000, "é", "\x00"])
def test_nonsense_opens_nothing(home, nonsense):
    with pytest.raises(links.LinkTampered):
        links.read_link(nonsense, NOW)


def test_the_link_of_a_row_is_the_same_all_day(home):
    later = NOW.replace(hour=23, minute=59)
    assert links.renew_path(7, GRANTED, "anna", made_at=later).endswith(token())


def test_thousands_of_links_are_made_in_a_second(home):
    links.renew_path(0, GRANTED, "anna")
    start = time.process_time()
    for number in range(2_000):
        links.renew_path(number, GRANTED, "anna")
    assert time.process_time() - start < 1


def test_a_key_from_another_desk_opens_nothing(home, tmp_path):
    made = token()
    with set_up({}, tmp_path / "another"), pytest.raises(links.LinkTampered):
        links.read_link(made, NOW)


def test_with_a_template_rows_carry_the_vendors_own_address(tmp_path):
    values = {
        "DESK_RENEWAL": "template",
        "DESK_RENEWAL_TEMPLATE": "https://vendor.example/a/{selling_partner_id}?m={marketplace}",
    }
    with set_up(values, tmp_path):
        url = links.renew_url(7, GRANTED, "anna", selling_partner_id="A1", marketplace="DE")
        hostile = links.renew_url(
            7, GRANTED, "anna", selling_partner_id="../K#4", marketplace="D&x=1"
        )
    assert url == "https://vendor.example/a/A1?m=DE"
    assert hostile == "https://vendor.example/a/..%2FK%234?m=D%26x%3D1"


@pytest.mark.parametrize(
    "values",
    [
        {"renewal": "template"},
        {"mode": "live", "application_id": "amzn1.sp.solution.live", "client_id": "c"},
        {"renewal_template": "https://vendor.example/{customer.secret}"},
        {"renewal_template": "https://vendor.example/{unknown}"},
        {"renewal_template": "javascript:alert(1)"},
        {"stand_in_url": "https://sellercentral.amazon.de"},
        {"centrals": {"DE": {"seller": "http://sellercentral.amazon.de"}}},
        {"encryption_keys": "short"},
        {"webhook_url": "https://vendor.example/hook"},
        {"webhook_url": "http://vendor.example", "webhook_secret": "whsec_c2VjcmV0"},
    ],
)
def test_settings_that_can_not_work_are_refused(values):
    with pytest.raises(ValidationError):
        Settings(_env_file=None, **values)


def test_keys_are_made_once_for_their_owner_only(home):
    first = (keys.link_key(), keys.encryption_keys())
    keys.link_key.cache_clear()
    assert (keys.link_key(), keys.encryption_keys()) == first
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
    assert modes == {"link.key": 0o600, "encryption.keys": 0o600}


def test_what_is_encrypted_opens_with_an_older_key_too(home):
    stored = keys.encrypt(OLD_TOKEN)
    keys.add_key_to_file()
    assert OLD_TOKEN.encode() not in stored
    assert keys.decrypt(stored) == OLD_TOKEN
    assert len(keys.encryption_keys()) == 2


def test_rotating_lets_the_older_key_go(home, database, live_now):
    account = an_account(database, live_now)
    with_old_token(database, account, live_now)
    keys.add_key_to_file()
    assert rotate_keys(ADMIN, live_now, database) == 1
    newest = keys.encryption_keys()[0]
    with set_up({"DESK_ENCRYPTION_KEYS": newest}, home):
        assert token_of(database, account) == OLD_TOKEN


def test_a_desk_that_runs_meanwhile_takes_the_new_key_and_opens_what_was_rotated(home, database):
    keys.encrypt("what the desk at work has its keys for")
    # As another process does it: the one at work is told nothing.
    other = [keys.new_key(), *keys.encryption_keys()]
    beside = home / "beside"
    beside.write_text("\n".join(other))
    beside.replace(home / keys.ENCRYPTION_KEYS_FILE)
    rotated = Fernet(other[0]).encrypt(OLD_TOKEN.encode())
    assert keys.decrypt(rotated) == OLD_TOKEN
    assert Fernet(other[0]).decrypt(keys.encrypt("new")) == b"new"


def test_a_lost_key_is_said_and_nothing_is_rotated(home, database, live_now):
    account = an_account(database, live_now)
    with_old_token(database, account, live_now)
    stranger = Fernet.generate_key().decode()
    with (
        set_up({"DESK_ENCRYPTION_KEYS": stranger}, home),
        pytest.raises(keys.KeyLost),
    ):
        rotate_keys(ADMIN, live_now, database)
    with reading(database) as connection:
        assert connection.scalar(select(schema.credential.c.refresh_token)) is not None
    assert token_of(database, account) == OLD_TOKEN
