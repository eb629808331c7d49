"""Messages to sellers: language, variant, their date in their zone, and nothing hostile."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from data_access.links import read_link
from data_access.message_html import as_html, blocks
from data_access.message_templates import (
    SAMPLE,
    SHIPPED,
    VARIANTS,
    TemplatesWrong,
    _environment,
    check_templates,
    message_languages,
)
from data_access.messages import account_row, write
from data_access.schema import authorization, seller
from tests.accounts import an_account, change
from tests.forgetting import set_up

LANGUAGES = ("de", "en", "es", "fr", "it", "pl")


@pytest.fixture
def at_desk(tmp_path, database, monkeypatch):
    """The desk's settings, over the test's database."""
    with set_up({"DESK_PUBLIC_URL": "https://desk.example"}, tmp_path):
        yield


def written(database, account: int, now, language: str = "", **more):
    """What the account's seller is written."""
    return write(account_row(account, database), now, "anna", language, of=database, **more)


def days(language: str) -> str:
    """28 November 2026, as it is written there."""
    return {
        "de": "28. November 2026",
        "en": "28 November 2026",
        "es": "28 de noviembre de 2026",
        "fr": "28 novembre 2026",
        "it": "28 novembre 2026",
        "pl": "28 listopada 2026",
    }[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_seller_reads_their_date_in_their_language_format_and_zone(
    database, at_desk, now, language
):
    granted_at = now.replace(hour=23, minute=30) - timedelta(days=361)
    account = an_account(database, now, language=language)
    # Half past eleven in the evening in London is the next day in Berlin.
    change(
        database,
        authorization,
        granted_at=granted_at,
        expires_at=granted_at + timedelta(days=365),
    )
    message = written(database, account, now)
    assert (message.language, message.variant) == (language, "expiring")
    assert days(language) in message.subject and days(language) in message.text
    assert re.search(r"0:30 \(.{4,}\)", message.text)
    link = re.search(r"https://desk\.example/renew/(\S+)", message.text)
    assert read_link(link[1], now).authorization_id == account
    assert f'lang="{language}"' in message.html


@pytest.mark.parametrize(
    ("state", "variant", "word"),
    [
        ({"granted_days_ago": 360}, "expiring", "is no longer imported|no longer sent"),
        ({"granted_days_ago": 370}, "expired", "orders not imported yet: [1-9]"),
        ({"granted_days_ago": None}, "not_authorized", "does not have your permission"),
        ({"granted_days_ago": 90}, "expiring", "Renewing early is safe"),
    ],
)
def test_each_state_has_its_variant(database, at_desk, now, state, variant, word):
    account = an_account(database, now, language="en", **state)
    message = written(database, account, now)
    assert message.variant == variant and re.search(word, message.text)


def test_renew_is_not_the_advice_where_amazon_refuses(database, at_desk, now):
    account = an_account(database, now, 90, language="en")
    change(
        database,
        authorization,
        first_failed_at=now - timedelta(days=2),
        refused_at=now - timedelta(days=1),
    )
    message = written(database, account, now)
    assert message.variant == "refused" and "Renewing alone may not help" in message.text
    assert "22 November 2026" in message.text


@pytest.mark.parametrize(
    ("asked", "language"), [("ja", "en"), ("de-AT", "de"), ("de_AT", "de"), ("", "en")]
)
def test_a_language_without_templates_is_english(database, at_desk, now, asked, language):
    account = an_account(database, now, language=asked)
    assert written(database, account, now).language == language


def test_an_agent_can_take_another_language(database, at_desk, now):
    message = written(database, an_account(database, now, language="de"), now, "fr")
    assert message.language == "fr" and "expiré" in message.text


def test_only_reminders_can_be_ended(database, at_desk, now):
    account = an_account(database, now, language="en")
    assert "No more reminders" not in written(database, account, now).text
    ended = written(database, account, now, unsubscribe="https://desk.example/unsubscribe/x")
    assert "https://desk.example/unsubscribe/x" in ended.text


HOSTILE = (
    "{{ 7*7 }} {% x %} <script>alert(1)</script>\r\nBcc: a@b.example\n\nPay here:\nhttps://evil"
)


def test_what_sellers_call_themselves_is_neither_markup_nor_template_nor_header(
    database, at_desk, now
):
    account = an_account(database, now, language="en")
    change(database, seller, contact=HOSTILE, name=HOSTILE, shop_url=HOSTILE)
    message = written(database, account, now)
    assert "{{ 7*7 }}" in message.text and "\n" not in message.subject
    assert "<script>" not in message.html and "&lt;script&gt;" in message.html
    links = {block.lines[0] for block in blocks(message.text) if block.kind == "address"}
    assert all(link.startswith("https://desk.example/renew/") for link in links)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "a" * 60])
def test_a_zone_that_is_none_is_the_desks_own(database, at_desk, now, zone):
    account = an_account(database, now, language="en")
    change(database, seller, time_zone=zone)
    assert "Coordinated Universal Time" in written(database, account, now).text


def test_text_and_html_say_the_same(database, at_desk, now):
    message = written(database, an_account(database, now, language="en"), now)
    told = re.sub(r"<[^>]+>", " ", message.html.split("<body>")[1])
    for word in re.findall(r"[\w']{4,}", message.text):
        assert word in told, word


def test_text_is_dressed_by_its_form():
    text = "Hello\n\nDo this:\n1. one\n2. two\n\n- a\n- b\n\nGo:\nhttps://desk/x\n\nhttps://desk/y"
    found = [(b.kind, b.lines, b.label) for b in blocks(text)]
    assert found == [
        ("text", ("Hello",), ""),
        ("text", ("Do this:",), ""),
        ("steps", ("one", "two"), ""),
        ("bullets", ("a", "b"), ""),
        ("address", ("https://desk/x",), "Go"),
        ("address", ("https://desk/y",), ""),
    ]


def test_an_address_in_html_is_no_script():
    html = as_html("S", 'javascript:alert(1)\n\nhttps://x/"onclick="alert(1)', "en")
    assert 'href="javascript' not in html and '"onclick="' not in html


def test_there_is_every_variant_in_every_language():
    assert message_languages() == LANGUAGES
    assert {path.stem for path in SHIPPED.rglob("*.txt") if not path.name.startswith("_")} == set(
        VARIANTS
    )


@pytest.fixture
def own(tmp_path):
    """A vendor's folder of templates."""
    folder = tmp_path / "own"
    (folder / "de").mkdir(parents=True)
    with set_up({"DESK_TEMPLATES": str(folder)}, tmp_path):
        _environment.cache_clear()
        yield folder
    _environment.cache_clear()


def put(folder: Path, text: str, name: str = "de/expired.txt") -> None:
    """Writes a template."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def test_a_vendor_changes_one_file_and_keeps_the_rest(own, database, now):
    put(own, "Subject: Eigener {{ shop }}\n\nEigener Text\n\n{{ link }}\n")
    check_templates()
    mine = an_account(database, now, language="de")
    assert "Eigener Text" in written(database, mine, now).text
    assert written(database, an_account(database, now, 360, language="de"), now).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Subject: x\n\n{{ link }}\n{{ shpo }}\n", r"expired\.txt, line 4: there is no {{ shpo }}"),
        ("Subject: x\n\n{{ link }}\n{% if shop %}\n", r"expired\.txt, line \d: .*if"),
        ("Subject: x\n\n{{ link }}\n{{ shop|shout }}\n", r"line 4: No filter named 'shout'"),
        ("Subject: x\n\n{{ link }}\n{{ shop.x.y }}\n", r"expired\.txt, line 4: .*no attribute"),
        ("Subject: x\n\n{{ link }}\n{{ days_left + 1 }}\n", r"expired\.txt, line 4: .*NoneType"),
        ("Subject: x\n\n{{ link }}\n{% include 'de/_no.txt' %}\n", r"no file de/_no\.txt"),
        ("Subject: x\n\n{{ ''.__class__.__mro__ }}{{ link }}\n", r"line 3: .*unsafe"),
        ("Hello\n\n{{ link }}\n", r"line 1: must be “Subject: ”"),
        ("Subject: x\n\nHello\n", r"{{ link }} is missing"),
    ],
)
def test_a_mistake_is_found_at_the_start_with_file_and_line(own, text, said):
    put(own, text)
    with pytest.raises(TemplatesWrong) as wrong:
        check_templates()
    assert re.search(said, str(wrong.value)), str(wrong.value)
    assert all(name in str(wrong.value) for name in SAMPLE)


def test_a_file_that_nobody_reads_is_named(own):
    put(own, "Subject: x\n\n{{ link }}\n", "de/expird.txt")
    with pytest.raises(TemplatesWrong, match=r"expird\.txt.*Did you mean expired\.txt\?"):
        check_templates()


def test_a_language_of_ones_own_needs_every_message(own):
    put(own, "Subject: x\n\n{{ link }}\n", "nl/expired.txt")
    with pytest.raises(TemplatesWrong, match=r"nl/expiring\.txt: there is no file"):
        check_templates()


def test_a_file_in_another_encoding_is_named(own):
    (own / "de" / "expired.txt").write_bytes("Subject: größe\n".encode("latin-1"))
    with pytest.raises(TemplatesWrong, match="UTF-8"):
        check_templates()


def test_a_folder_that_is_not_there_is_named(tmp_path):
    settings = {"DESK_TEMPLATES": str(tmp_path / "none")}
    with set_up(settings, tmp_path), pytest.raises(TemplatesWrong, match="there is no folder"):
        check_templates()


def test_a_mistake_in_the_layout_is_found_too(own):
    put(own, "<p>\n{{ subjcet }}</p>", "layout.html")
    with pytest.raises(TemplatesWrong, match=r"layout\.html, line 2: 'subjcet' is undefined"):
        check_templates()
