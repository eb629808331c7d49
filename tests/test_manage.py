"""The command line over demo accounts: what `demo` makes and `status` counts."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from data_access import demo_accounts
from data_access.account_rows import facts
from data_access.schema import authorization
from data_access.settings import settings
from rules.authorization import Status, band, status
from tests.accounts import rows
from tests.conftest import NOW
from tests.pages.conftest import at_desk, demo_desk, empty_desk  # noqa: F401 - fixtures
from web.command_line import app


def run(*arguments: str, exit_code: int = 0) -> str:
    """What a command prints."""
    result = CliRunner().invoke(app, list(arguments), terminal_width=300)
    assert result.exit_code == exit_code, result.output
    return result.output


@pytest.mark.parametrize("day", ["2026-12-24", "2026-02-28", "2028-02-29"])
def test_status_counts_every_account_once_as_of_any_day(demo_desk, day):  # noqa: F811
    said = json.loads(run("status", "--as-of", day, "--json"))
    as_of = datetime.fromisoformat(day).replace(tzinfo=UTC)
    accounts = [facts(row) for row in rows(demo_desk, authorization)]
    by_status = Counter(status(account, as_of) for account in accounts)
    by_band = Counter(band(account, as_of) for account in accounts)
    assert said["status"] == {of.value: by_status[of] for of in Status}
    assert said["band"] == {str(days): by_band[days] for days in (30, 14, 7, 1)}
    assert said["total"] == sum(said["region"].values()) == len(accounts)
    assert said["as_of"] == f"{day}T00:00:00+00:00"


def test_a_moment_that_is_none_is_refused(demo_desk):  # noqa: F811
    assert "2026-12-24" in run("status", "--as-of", "Christmas", exit_code=2)


def test_whose_encryption_keys_are_wrong_can_have_one_made(monkeypatch):
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", "none")
    settings.cache_clear()
    made = run("keys", "new", "--print").strip()
    monkeypatch.setenv("DESK_ENCRYPTION_KEYS", made)
    assert [key.get_secret_value() for key in settings().encryption_keys] == [made]
    settings.cache_clear()


def test_demo_goes_into_an_empty_database_only(empty_desk):  # noqa: F811
    run("demo", "--accounts", "20", "--seed", "3")
    assert len(rows(empty_desk, authorization)) == 20
    assert "already holds accounts" in run("demo", "--accounts", "5", exit_code=2)
    run("demo", "--accounts", "5", "--if-empty")
    assert len(rows(empty_desk, authorization)) == 20


def test_the_same_seed_makes_the_same_sellers():
    once, again = (list(demo_accounts.invented(200, 7, NOW)) for _ in range(2))
    assert once == again
    assert once != list(demo_accounts.invented(200, 8, NOW))


def test_the_demo_has_every_status_region_far_east_country_and_awkward_case(demo_desk):  # noqa: F811
    accounts = list(demo_accounts.invented(2_000, 1, NOW))
    assert {a.region for a in accounts} == {"EU", "NA", "FE"}
    assert {a.country for a in accounts} == {"", "JP", "AU", "SG"}
    assert {status(facts(a), NOW) for a in accounts} == set(Status)
    assert {a.plan for a in accounts} == {"professional", "individual"}
    assert max(len(a.seller.name) for a in accounts) > 150
    assert any(not a.seller.name.isascii() and "株" in a.seller.name for a in accounts)
    assert any(a.seller.email == "" for a in accounts)
    assert any(a.expires_at and (NOW - a.expires_at).days > 730 for a in accounts)
    several = Counter(a.seller.customer_number for a in accounts)
    assert max(several.values()) >= 2
