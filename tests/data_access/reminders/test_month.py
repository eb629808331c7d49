"""A month and a half played through with a real mail server, held against a plain loop."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime

import pytest
from babel.dates import format_date
from sqlalchemy import Engine, insert, update

from data_access import incidents, schema
from data_access.database import writing
from data_access.reminding import remind
from data_access.unsubscribe import account_of, set_by_seller
from rules.authorization import expiry
from rules.casework import round_of
from tests.accounts import an_account, row_of
from tests.data_access.reminders.play import (
    DAY,
    NEVER,
    START,
    Player,
    Trouble,
    days_from,
    is_in,
    players,
    runs,
    what_was_due,
)
from tests.forgetting import set_up
from tests.mailing import Postbox, mail_settings, postbox

SUBJECTS = {
    "de": ("Bitte bis", "Ihre Verbindung mit Amazon ist beendet"),
    "en": ("Please renew by", "Your connection with Amazon has ended"),
    "es": ("Renuévelo antes del", "Su conexión con Amazon ha terminado"),
    "fr": ("À renouveler avant le", "Votre connexion avec Amazon a pris fin"),
    "it": ("Da rinnovare entro il", "Il Suo collegamento con Amazon è terminato"),
    "pl": ("Prosimy odnowić przed", "Połączenie z Amazon wygasło"),
}
CALM = Trouble()
BAD = Trouble(stopped=days_from(8, 13), refusing=days_from(20, 23.5), incident=days_from(29, 31))


@pytest.fixture
def box(tmp_path):
    with postbox() as server:
        settings = mail_settings(
            server, DESK_REMIND_WEEKS="10", DESK_LINK_KEY="k" * 40, DESK_TIME_ZONE="UTC"
        )
        with set_up(settings, tmp_path):
            yield server


def settle_in(database: Engine, cast: list[Player]) -> None:
    """Everybody as they are on the first day."""
    for who in cast:
        who.account = an_account(
            database, START, expires_at=who.expires_at, granted_at=who.expires_at - 365 * DAY
        )
        with writing(database) as connection:
            connection.execute(
                update(schema.seller)
                .where(schema.seller.c.id == row_of(database, who.account).seller_id)
                .values(email=who.address, language=who.language, time_zone=who.zone)
            )
            connection.execute(
                update(schema.authorization)
                .where(schema.authorization.c.id == who.account)
                .values(language=who.language)
            )


def live(database: Engine, who: Player, since: datetime, now: datetime, box: Postbox) -> None:
    """What this seller, and the agents about them, do between two runs."""
    a = schema.authorization
    changes: dict = {}
    if since < who.renewed_at <= now:
        changes |= {"granted_at": who.renewed_at, "expires_at": expiry(who.renewed_at)}
    if since < who.paused_at <= now:
        changes |= {"paused": True}
    if since < who.refused_at <= now or (since == START - DAY and who.refused_at < START):
        changes |= {"refused_at": who.refused_at}
    if changes:
        with writing(database) as connection:
            connection.execute(update(a).where(a.c.id == who.account).values(changes))
    if since < who.snoozed_at <= now:
        with writing(database) as connection:
            connection.execute(
                insert(schema.snooze).values(
                    authorization_id=who.account,
                    round=round_of(row_of(database, who.account).granted_at),
                    until=who.snoozed_until,
                    reason="on holiday",
                    agent="anna",
                    made_at=who.snoozed_at,
                )
            )
    for moment, wanted in ((who.opted_out_at, False), (who.opted_in_at, True)):
        if since < moment <= now:
            set_by_seller(_by_their_mail(box, who), wanted, moment, database)


def _by_their_mail(box: Postbox, who: Player) -> int:
    """The account that the unsubscribe address of their last mail names, as they would click it."""
    for mail in reversed(box.got):
        if mail["To"] == who.address:
            assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            return account_of(mail["List-Unsubscribe"].strip("<>").rsplit("/", 1)[1])
    return who.account


def world(database: Engine, since: datetime, now: datetime, trouble: Trouble, box: Postbox) -> None:
    """Incidents begin and end; the mail server refuses or takes."""
    began, ended = trouble.incident
    with writing(database) as connection:
        if since < began <= now:
            incidents.report(connection, incidents.Kind.MANY_REFUSALS, began, 40)
        if since < ended <= now:
            incidents.close(connection, incidents.Kind.MANY_REFUSALS, ended)
    box.answers = ["451 not now"] * 200 if is_in(now, trouble.refusing) else []


def play(
    database: Engine, box: Postbox, cast: list[Player], trouble: Trouble, at_once: int
) -> dict[str, list]:
    """Runs through the days; what each address got: the run, and the mail."""
    settle_in(database, cast)
    got: dict[str, list] = {who.address: [] for who in cast}
    since = START - DAY
    with ThreadPoolExecutor(at_once) if at_once > 1 else nullcontext() as many:
        for now in runs(trouble):
            world(database, since, now, trouble, box)
            for who in cast:
                live(database, who, since, now, box)
            before = len(box.got)
            if many:
                list(many.map(lambda _, at=now: remind(lambda: at, database), range(at_once)))
            else:
                remind(lambda at=now: at, database)
            for mail in box.got[before:]:
                got[mail["To"]].append((now, mail))
            since = now
    compare(cast, got, trouble)
    return got


def compare(cast: list[Player], got: dict[str, list], trouble: Trouble) -> None:
    """Each seller got exactly what was due, in their language, with their own day."""
    for who in cast:
        due = what_was_due(who, trouble)
        mails = got.pop(who.address, [])
        assert [at for at, _ in mails] == [at for at, _, _ in due], who
        for (_, mail), (_, _, variant) in zip(mails, due, strict=True):
            read = who.language[:2] if who.language[:2] in SUBJECTS else "en"
            assert SUBJECTS[read][variant == "expired"] in mail["Subject"], who
            day = who.expires_at.astimezone(who.local)
            locale = "en_GB" if read == "en" else read
            for part in ("plain", "html"):
                text = mail.get_body((part,)).get_content()
                assert format_date(day, "long", locale=locale) in text.replace("&nbsp;", " "), who
    assert not any(got.values()), "somebody got mail who should not"


def test_the_cast_sees_every_rung_and_every_reason():
    due = [mail for who in players() for mail in what_was_due(who, CALM)]
    assert {rung for _, rung, _ in due} >= {30, 14, 7, 3, 1, 0, -7, -14, -21, -28}
    assert {variant for *_, variant in due} == {"expiring", "expired"}
    assert sum(who.renewed_at < NEVER for who in players()) > 6
    assert what_was_due(players()[0], CALM) != what_was_due(players()[0], BAD)


@pytest.mark.timeout(600)
def test_whatever_goes_wrong_in_a_month_and_a_half_everybody_gets_what_is_due(database, box):
    if database.dialect.name != "sqlite":
        pytest.skip("played on PostgreSQL below")
    play(database, box, players(), BAD, at_once=1)


@pytest.mark.timeout(600)
def test_of_two_processes_at_once_everybody_gets_what_is_due_as_of_one(database, box):
    if database.dialect.name != "postgresql":
        pytest.skip("several processes share a PostgreSQL")
    # Of every zone, and two or more of each kind.
    half = players()[18:]
    play(database, box, half, BAD, at_once=2)
