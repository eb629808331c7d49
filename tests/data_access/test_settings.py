"""Wrong settings: a sentence for each, all of them at once, and never a value."""

import pytest

from data_access.settings import ROOT, Settings, SettingsError, settings
from data_access.settings_checks import unknown_names

BOTH_DATABASES = "must begin with sqlite:/// or postgresql://."
WHOLE_SITE = "must be a whole site without a path, as https://desk.example is one."
HOSTS = "must be host names without scheme, port and path, as desk.vendor.example."
NO_MARKETPLACE = "names a country without a marketplace of Amazon's, whose code for Britain is UK."
HTTPS_ONLY = "must hold addresses that begin with https://."
FERNET_KEYS = "must be Fernet keys, as `python manage.py keys new --print` makes them."


@pytest.fixture(autouse=True)
def _anew():
    settings.cache_clear()
    yield
    settings.cache_clear()


def sentences(monkeypatch: pytest.MonkeyPatch, **values: str) -> list[str]:
    """What the desk says of these settings."""
    for name, value in values.items():
        monkeypatch.setenv(f"DESK_{name}", value)
    with pytest.raises(SettingsError) as caught:
        settings()
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "CENTRALS",
            "{bad",
            'must be JSON, as {"DE": {"seller": "https://sellercentral.amazon.de"}}.',
        ),
        (
            "CENTRALS",
            "[]",
            'must be JSON, as {"DE": {"seller": "https://sellercentral.amazon.de"}}.',
        ),
        ("ASSUMPTIONS", "{bad", 'must be JSON, as {"orders_per_day": 12}.'),
        ("BANDS", "x", "must be days between 0 and 365, as 30,14,7,1."),
        ("BANDS", "", "must be days between 0 and 365, as 30,14,7,1."),
        ("ENCRYPTION_KEYS", "", FERNET_KEYS),
        ("BANDS", "30,400", "must be days between 0 and 365, as 30,14,7,1."),
        ("LANGUAGE", "tlh", "must be one of de, en."),
        ("CURRENCY", "Euro", "is no currency, as EUR is one."),
        ("CURRENCY", "XYZ", "is no currency, as EUR is one."),
        ("PUBLIC_URL", "https://", "is no address, as https://desk.example is one."),
        (
            "PUBLIC_URL",
            "http://localhost.evil.example",
            "must begin with https:// (http only on this machine).",
        ),
        ("WEBHOOK_URL", "http://127.0.0.1.evil.example/hook", "must begin with https://."),
        (
            "STAND_IN_URL",
            "http://localhost.evil.example",
            "must be on this machine, as http://127.0.0.1:8502 is.",
        ),
        ("KEEP_NOTES_DAYS", "999999", "should be less than or equal to 36500."),
        ("SESSION_IDLE_MINUTES", "1", "should be greater than or equal to 2."),
        ("SESSION_IDLE_MINUTES", "inf", "should be less than or equal to 43200."),
        ("STALE_AFTER_MINUTES", "99999999999999", "should be less than or equal to 52560000."),
        ("REMIND_LATE_AFTER_MINUTES", "9999999999999", "should be less than or equal to 52560000."),
        ("REMIND_WEEKS", "99999999999", "should be less than or equal to 520."),
        ("DATABASE_URL", "postgresql+asyncpg://a/b", BOTH_DATABASES),
        ("DATABASE_URL", "sqlite+aiosqlite:///desk.sqlite", BOTH_DATABASES),
        ("PUBLIC_URL", "https://desk.example/desk", WHOLE_SITE),
        ("PUBLIC_URL", "https://desk.example/?a=b", WHOLE_SITE),
        ("PUBLIC_URL", "https://desk.example/#a", WHOLE_SITE),
        ("PUBLIC_URL", "https://anna@desk.example", WHOLE_SITE),
        ("STAND_IN_URL", "http://127.0.0.1:8502/amazon", WHOLE_SITE),
        ("ALLOWED_HOSTS", "desk.example:8443", HOSTS),
        ("ALLOWED_HOSTS", "desk_1 example", HOSTS),
        ("RATE_PER_LINK", "0/minute", "must be a rate, as 300/minute."),
        ("RATE_PER_LINK", "60/minute; 5/second", "must be a rate, as 300/minute."),
        ("WEBHOOK_SECRET", "", "must be whsec_ followed by base64."),
        ("WEBHOOK_SECRET", "whsec_", "must be whsec_ followed by base64."),
        ("CENTRALS", '{"GB": {"seller": "https://a.example"}}', NO_MARKETPLACE),
        ("CENTRALS", '{"DE": {"seller": "https://"}}', HTTPS_ONLY),
        ("CENTRALS", '{"DE": {"seller": "http://a.example"}}', HTTPS_ONLY),
        ("OIDC_SCOPE", "groups", "must have openid in it, as openid email profile has."),
        ("CLIENT_SECRET_SET_ON", "2999-01-31", "lies in the future."),
        ("SUPPORT_EMAIL", "ask us", "is no mail address, as help@vendor.example is one."),
        ("MODE", "test", "should be 'demo' or 'live'."),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(monkeypatch, name, value, sentence):
    assert sentences(monkeypatch, **{name: value}) == [f"DESK_{name} {sentence}"]


@pytest.mark.parametrize(
    "given", ["https://Desk.Example", "https://desk.example:443/", "https://desk.example/"]
)
def test_the_public_address_is_as_browsers_say_it(monkeypatch, given):
    monkeypatch.setenv("DESK_PUBLIC_URL", given)
    assert settings().public_url == "https://desk.example"


def test_broken_json_does_not_hide_the_other_wrong_settings(monkeypatch):
    said = sentences(monkeypatch, CENTRALS="{bad", ASSUMPTIONS="{bad", BANDS="x", DATBASE_URL="y")
    assert [sentence.split()[0] for sentence in said] == [
        "DESK_DATBASE_URL",
        "DESK_BANDS",
        "DESK_CENTRALS",
        "DESK_ASSUMPTIONS",
    ]


def test_an_unknown_setting_names_the_nearest_and_not_its_value(monkeypatch):
    said = sentences(monkeypatch, CLIENT_SECRT="hush")
    assert said == ["DESK_CLIENT_SECRT is no setting. Did you mean DESK_CLIENT_SECRET?"]


def test_an_unknown_setting_in_the_env_file_is_found_too(monkeypatch, tmp_path):
    file = tmp_path / ".env"
    file.write_text("desk_lnguage=de\nOTHER_THING=1\n")
    monkeypatch.setitem(Settings.model_config, "env_file", file)
    assert sentences(monkeypatch) == ["DESK_LNGUAGE is no setting. Did you mean DESK_LANGUAGE?"]


def test_every_setting_is_known_in_either_case():
    given = {f"DESK_{name.upper()}" for name in Settings.model_fields}
    assert unknown_names(given | {n.lower() for n in given} | {"PATH"}, Settings.model_fields) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LINK_KEY", "hush-hush1"),
        ("ENCRYPTION_KEYS", "hush-hush1"),
        ("WEBHOOK_SECRET", "hush-hush1"),
        # The host was forgotten, so that the password is read as a port.
        ("DATABASE_URL", "postgresql://desk:hush-hush"),
        # The end of a password with an @ in it would be read as the host.
        ("DATABASE_URL", "postgresql://desk:one@hush-hush@db.example/desk"),
    ],
)
def test_a_wrong_secret_is_never_printed(monkeypatch, name, value):
    assert "hush-hush" not in "".join(sentences(monkeypatch, **{name: value}))


@pytest.mark.parametrize(
    "empty", ["APPLICATION_ID", "APPLICATION_NAME", "CLIENT_ID", "CLIENT_SECRET"]
)
def test_what_is_empty_is_not_set(monkeypatch, empty):
    given = dict.fromkeys(("APPLICATION_ID", "APPLICATION_NAME", "CLIENT_ID", "CLIENT_SECRET"), "x")
    said = sentences(monkeypatch, MODE="live", **given | {empty: ""})
    assert said == [f"DESK_MODE=live needs DESK_{empty}."]


def test_roles_that_nobody_has_let_nobody_in(monkeypatch):
    said = sentences(
        monkeypatch,
        OIDC_METADATA_URL="https://login.example/.well-known/openid-configuration",
        OIDC_CLIENT_ID="desk",
        OIDC_CLIENT_SECRET="secret",
        ROLES='{"admin": []}',
    )
    assert said == ["A login needs DESK_ROLES, or nobody may enter."]


def test_other_names_of_the_desk_are_as_browsers_say_them(monkeypatch):
    monkeypatch.setenv("DESK_ALLOWED_HOSTS", "Desk.Example, bücher.example, desk_1, 10.0.0.5")
    names = ("desk.example", "xn--bcher-kva.example", "desk_1", "10.0.0.5")
    assert settings().allowed_hosts == names


def test_right_settings_are_read(monkeypatch):
    for name, value in {
        "BANDS": "7, 30,7",
        "LANGUAGE": "de",
        "CURRENCY": "SEK",
        "CENTRALS": '{"DE": {"seller": "https://sellercentral.example/"}}',
        "ASSUMPTIONS": '{"orders_per_day": 12}',
    }.items():
        monkeypatch.setenv(f"DESK_{name}", value)
    read = settings()
    assert read.bands == (30, 7)
    assert (read.language, read.currency) == ("de", "SEK")
    assert read.centrals == {"DE": {"seller": "https://sellercentral.example"}}
    assert read.assumptions == {"orders_per_day": 12}


def test_a_relative_path_means_the_same_wherever_a_command_is_given(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DESK_DATABASE_URL", "sqlite:///data/desk.sqlite")
    monkeypatch.setenv("DESK_TEMPLATES", "texts")
    assert settings().database_url == f"sqlite:///{ROOT}/data/desk.sqlite"
    settings.cache_clear()
    monkeypatch.setenv("DESK_DATABASE_URL", "sqlite:///desk.sqlite?timeout=5")
    assert settings().database_url == f"sqlite:///{ROOT}/desk.sqlite?timeout=5"
    assert settings().templates == ROOT / "texts"


@pytest.mark.parametrize("given", ["sqlite://", "sqlite:////var/desk.sqlite"])
def test_other_databases_stay_as_they_are_named(monkeypatch, given):
    monkeypatch.setenv("DESK_DATABASE_URL", given)
    assert settings().database_url == given
