"""/metrics: behind its key, readable by Prometheus, and with few label values."""

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from data_access import database as database_module
from data_access import demo, schema, settings
from data_access.database import make_engine, writing
from tests.accounts import an_account, with_old_token
from tests.renewing import Browser
from web import metrics as metrics_module
from web.metrics import OutOfTheDatabase

KEY = "m" * 40


@pytest.fixture
def key(monkeypatch, configured) -> str:
    """The desk has a key for metrics, and nothing kept from before."""
    monkeypatch.setenv("DESK_METRICS_KEY", KEY)
    settings.settings.cache_clear()
    monkeypatch.setattr(metrics_module, "KEPT_SECONDS", 0)
    return KEY


def read(browser: Browser) -> dict[str, list]:
    """What Prometheus reads: the samples of each name."""
    answer = browser.http.get("/metrics", headers={"authorization": f"Bearer {KEY}"})
    assert answer.status_code == 200
    samples: dict[str, list] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            samples.setdefault(sample.name, []).append(sample)
    return samples


def by(samples: list, label: str) -> dict[str, float]:
    """The values by one label."""
    return {sample.labels[label]: sample.value for sample in samples}


def test_without_the_setting_there_are_none(browser: Browser):
    assert browser.get("/metrics").status_code == 404
    assert browser.get("/metrics?key=").status_code == 404


def test_only_the_key_opens_them(key, browser: Browser):
    assert browser.get("/metrics").status_code == 401
    for wrong in ("wrong", KEY[:-1], KEY + "m", KEY.upper(), f"x{KEY}"):
        assert browser.get(f"/metrics?key={wrong}").status_code == 401
    assert browser.get("/metrics?key=%F0%9F").status_code == 401
    wrong = browser.http.get("/metrics", headers={"authorization": "Basic eDp5"})
    assert wrong.status_code == 401 and wrong.headers["www-authenticate"] == "Bearer"
    assert browser.get(f"/metrics?key={KEY}").status_code == 200


def test_accounts_are_counted_as_on_the_first_screen(key, browser: Browser, database, live_now):
    demo.fill(60, 4, live_now, of=database)
    from data_access.overview import overview
    from rules.account_filter import AccountFilter

    seen = overview(AccountFilter(), live_now, of=database)
    samples = read(browser)
    counted = by(samples["desk_authorizations"], "status")
    assert counted == {status.value: n for status, n in seen.statuses.items()}
    bands = by(samples["desk_authorizations_expiring"], "band")
    assert bands == {str(days): n for days, n in seen.bands.items()}
    assert 0 < samples["desk_nearest_expiry_days"][0].value < 365


def test_a_renewal_is_counted_and_timed_by_its_route(key, browser: Browser, database, live_now):
    account = an_account(database, live_now)
    with_old_token(database, account, live_now)
    before = read(browser)
    link = browser.link(account)
    browser.get(link)
    browser.come_back(browser.consent(account))
    browser.come_back("/amazon/callback?state=none&selling_partner_id=A&spapi_oauth_code=c")
    after = read(browser)
    came = by(after["desk_callbacks_total"], "outcome")
    went = by(before.get("desk_callbacks_total", []), "outcome")
    assert came["connected"] - went.get("connected", 0) == 1
    assert came["state_unknown"] - went.get("state_unknown", 0) == 1
    assert by(after["desk_renewals"], "outcome") == {"granted": 1}
    routes = {sample.labels["route"] for sample in after["desk_request_seconds_count"]}
    assert {"/renew/{token}", "/renew/{token}/authorize", "/amazon/callback"} <= routes
    assert link.split("/")[-1] not in str(after)


def test_jobs_probes_and_sources_come_from_the_database(key, browser: Browser, database, live_now):
    with writing(database) as connection:
        for sent in (3, 4):
            connection.execute(
                insert(schema.job_run).values(
                    job="reminders", started_at=live_now, due=9, sent=sent, failed=1, left_out=2
                )
            )
        connection.execute(
            insert(schema.probe_run).values(
                filter="", started_at=live_now, fine=5, refused=2, unanswered=1
            )
        )
        connection.execute(
            insert(schema.source_run).values(
                source="plugin", started_at=live_now, finished_at=live_now
            )
        )
        for number, state in enumerate(("waiting", "sent")):
            connection.execute(
                insert(schema.message).values(
                    message_id=f"<{number}@desk>",
                    kind="reminder",
                    recipient="anna@shop.example",
                    state=state,
                    created_at=live_now,
                    next_try_at=live_now if state == "waiting" else None,
                )
            )
    samples = read(browser)
    assert by(samples["desk_job_messages"], "result") == {
        "sent": 7,
        "failed": 2,
        "left_out": 4,
    }
    assert samples["desk_job_age_seconds"][0].value < 60
    assert by(samples["desk_probes_total"], "result") == {
        "fine": 5,
        "refused": 2,
        "unanswered": 1,
    }
    assert samples["desk_messages_waiting"][0].value == 1
    assert by(samples["desk_source_age_seconds"], "source").keys() == {"plugin"}
    assert "anna@shop.example" not in str(samples)


def test_strangers_can_not_make_new_series(key, browser: Browser):
    before = read(browser)
    for number in range(30):
        browser.get(f"/renew/x{number}")
        browser.get(f"/nothing/{number}?q={number}")
        browser.http.request(f"METHOD{number}", f"/renew/x{number}")
    grown = len(read(browser)["desk_request_seconds_count"])
    assert grown - len(before.get("desk_request_seconds_count", [])) <= 8


def test_a_database_that_is_away_leaves_the_process_measured(key, browser: Browser, monkeypatch):
    gone = make_engine("postgresql+psycopg://anna@127.0.0.1:9/desk")
    monkeypatch.setattr(database_module, "engine", lambda: gone)
    samples = read(browser)
    assert samples["desk_database_up"][0].value == 0
    assert "desk_authorizations" not in samples
    assert samples["process_cpu_seconds_total"]


def test_the_collector_keeps_what_it_read(configured, database, monkeypatch):
    reads = []
    monkeypatch.setattr(metrics_module, "figures", lambda now: reads.append(now) or _read(database))
    collector = OutOfTheDatabase()
    list(collector.collect())
    list(collector.collect())
    assert len(reads) == 1


def _read(database):
    from datetime import UTC, datetime

    from data_access.figures import figures

    return figures(datetime.now(UTC), database)
