"""Invented sellers and their accounts: as skewed, as uneven and as awkward as life."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random

from faker import Faker

from data_access.marketplaces import marketplaces, scope
from data_access.records import AccountRecord, ProfileRecord, SellerRecord
from data_access.settings import DEMO_APPLICATION
from rules.authorization import GRANT_LIFETIME, expiry

POOL = 400
"""Names drawn per language; combined with a number they suffice for any number of sellers."""


@dataclass(frozen=True)
class _Country:
    """Where demo sellers come from: Faker's locale, zone, and how many of 1,000 sellers."""

    language: str
    locale: str
    zone: str
    home: str
    share: int


_COUNTRIES = (
    _Country("de", "de_DE", "Europe/Berlin", "DE", 430),
    _Country("en", "en_GB", "Europe/London", "UK", 130),
    _Country("fr", "fr_FR", "Europe/Paris", "FR", 90),
    _Country("it", "it_IT", "Europe/Rome", "IT", 90),
    _Country("es", "es_ES", "Europe/Madrid", "ES", 70),
    _Country("pl", "pl_PL", "Europe/Warsaw", "PL", 60),
    _Country("en", "en_US", "America/New_York", "US", 50),
    _Country("ja", "ja_JP", "Asia/Tokyo", "JP", 30),
    _Country("en", "en_AU", "Australia/Sydney", "AU", 20),
    _Country("nl", "nl_NL", "Europe/Amsterdam", "NL", 15),
    _Country("el", "el_GR", "Europe/Athens", "DE", 5),
    _Country("en", "en_GB", "Asia/Singapore", "SG", 5),
    _Country("pt", "pt_BR", "America/Sao_Paulo", "BR", 5),
)
_EU_NEIGHBOURS = ("DE", "FR", "IT", "ES", "NL", "PL", "UK", "SE", "BE", "IE")
_NA_NEIGHBOURS = ("US", "CA", "MX")
_LONG_NAME = (
    "Vereinigte Süddeutsche Werkzeug-, Garten- und Haushaltswaren-Handelsgesellschaft "
    "vormals Gebrüder Oberndörfer-Wiesenthaler & Nachfolger mbH & Co. Kommanditgesellschaft"
)


def invented(count: int, seed: int, now: datetime) -> Iterator[AccountRecord]:
    """So many accounts, granted and lapsed as seen from `now` (aware)."""
    random = Random(seed)
    now = now.replace(microsecond=0)
    names = {country.locale: _names(country.locale, seed) for country in _COUNTRIES}
    # Migration days: many sellers were connected on one day and come due together every year. They
    # begin in the morning, so that they are one day wherever the desk looks at them from.
    morning = now.replace(hour=6, minute=0, second=0)
    cliffs = [
        morning - timedelta(days=days) + timedelta(hours=random.randint(0, 8))
        for days in (345, 298, 170)
    ]
    made = 0
    number = 0
    while made < count:
        number += 1
        country = random.choices(_COUNTRIES, [c.share for c in _COUNTRIES])[0]
        seller = _seller(random, number, country, names[country.locale])
        homes = _homes(random, country, number)
        for home in homes[: count - made]:
            yield _account(random, seller, home, made, now, cliffs)
            made += 1


@cache
def _names(locale: str, seed: int) -> list[tuple[str, str]]:
    faker = Faker(locale)
    faker.seed_instance(f"{seed}-{locale}")
    return [(faker.company(), faker.name()) for _ in range(POOL)]


def _seller(
    random: Random, number: int, country: _Country, names: list[tuple[str, str]]
) -> SellerRecord:
    company, _ = random.choice(names)
    _, contact = random.choice(names)
    if number == 7:
        company = _LONG_NAME
    if number == 11:
        # A spreadsheet must show this name, not run it.
        company = '=HYPERLINK("https://example.invalid","Bonus")'
    shop = f"shop{number}.example"
    return SellerRecord(
        customer_number=f"D{number:07d}",
        name=company if number < POOL else f"{company} {number}",
        contact=contact,
        email="" if number % 97 == 13 else f"kontakt@{shop}",
        phone="" if number % 5 == 0 else f"+49 30 555{number % 10_000:04d}",
        language=country.language,
        time_zone=country.zone,
        shop=random.choice(("Shopware 6", "WooCommerce", "Gambio", "modified", "PrestaShop")),
        shop_url=f"https://{shop}",
    )


def _homes(random: Random, country: _Country, number: int) -> list[str]:
    """The marketplaces where a seller's authorizations are at home: one a region or FE country."""
    homes = [country.home]
    if country.home not in _NA_NEIGHBOURS and random.random() < 0.12:
        homes.append("US")
    if marketplaces()[country.home].region != "EU" and random.random() < 0.3:
        homes.append("DE")
    if country.home == "JP" and random.random() < 0.3:
        homes.append("AU")
    if number % 500 == 42:
        homes.append("SG")
    return list({scope(home): home for home in reversed(homes)}.values())[::-1]


def _account(
    random: Random,
    seller: SellerRecord,
    home: str,
    made: int,
    now: datetime,
    cliffs: list[datetime],
) -> AccountRecord:
    region, country = scope(home)
    granted = _granted(random, made, now, cliffs)
    expires = expiry(granted) if granted else None
    refused = None
    if granted and made % 60 == 17:
        granted = now - timedelta(days=random.randint(20, 300))
        expires = expiry(granted)
        refused = now - timedelta(hours=random.randint(3, 400))
    confirmed, synced = _calls(random, made, granted, expires, refused, now)
    plan = "individual" if made % 45 == 23 else "professional"
    paused = made % 70 == 31
    return AccountRecord(
        seller=seller,
        application_id=DEMO_APPLICATION,
        selling_partner_id=_partner_id(seller.customer_number, country),
        region=region,
        country=country,
        marketplaces=_opened(random, home, region),
        home_marketplace=home,
        plan=plan,
        granted_at=granted,
        expires_at=expires,
        claimed_expires_at=expires,
        confirmed_at=confirmed,
        refused_at=refused,
        refusal="invalid_grant" if refused else "",
        last_sync_at=synced,
        paused=paused,
        paused_reason="off-boarded" if paused else "",
        profile=_profile(random, made, now),
    )


def _granted(random: Random, made: int, now: datetime, cliffs: list[datetime]) -> datetime | None:
    if made % 40 == 9:
        return None
    if made % 200 == 3:
        # Just renewed, not yet confirmed by a good call.
        return now - timedelta(minutes=random.randint(1, 50))
    if made % 150 == 77:
        return now - timedelta(days=365 + 730 + random.randint(0, 60))
    chance = random.random()
    if chance < 0.08:
        return random.choice(cliffs) + timedelta(seconds=random.randint(0, 6 * 3600))
    if chance < 0.15:
        lapsed = int(random.expovariate(1 / 40))
        return now - GRANT_LIFETIME - timedelta(days=lapsed, seconds=random.randint(0, 86_399))
    return now - timedelta(seconds=random.randint(0, 364 * 86_400))


def _calls(
    random: Random,
    made: int,
    granted: datetime | None,
    expires: datetime | None,
    refused: datetime | None,
    now: datetime,
) -> tuple[datetime | None, datetime | None]:
    """Last good call and last good sync: until the lapse or the refusal, else minutes ago."""
    if granted is None or granted > now - timedelta(hours=1):
        return None, None
    end = min(moment for moment in (expires, refused, now) if moment is not None)
    synced = max(end - timedelta(minutes=random.randint(1, 55)), granted)
    return synced, synced if made % 80 != 5 else max(end - timedelta(days=4), granted)


def _opened(random: Random, home: str, region: str) -> tuple[str, ...]:
    if region == "FE":
        return (home,)
    near = _EU_NEIGHBOURS if region == "EU" else _NA_NEIGHBOURS
    others = random.sample(near, random.choices((0, 1, 2, 4), (55, 20, 15, 10))[0] % len(near))
    return tuple(sorted({home, *others}))


def _partner_id(customer_number: str, country: str) -> str:
    """Like Amazon's merchant ids; another one for each Far East country, the same elsewhere."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    drawn = Random(f"{customer_number}{country}")
    return "A" + "".join(drawn.choices(letters, k=13))


def _profile(random: Random, made: int, now: datetime) -> ProfileRecord:
    if made % 13 == 4:
        return ProfileRecord()
    # A few sellers carry most of the orders: a Pareto tail, cut at 5,000 orders a day.
    orders = round(min(random.paretovariate(0.9), 5_000.0), 1)
    return ProfileRecord(
        orders_per_day=orders,
        seller_fulfilled_share=random.choice((1.0, 1.0, 0.8, 0.5, 0.2, 0.0)),
        price_changes_per_day=round(orders * random.uniform(0.1, 3.0), 1),
        stock_changes_per_day=round(orders * random.uniform(1.0, 4.0), 1),
        offers=float(int(orders * random.uniform(5, 60)) + 10),
        average_order_value=round(random.lognormvariate(3.4, 0.5), 2),
        handling_days=float(random.choice((1, 1, 1, 2, 3))),
        other_channel_share=round(random.uniform(0.1, 0.8), 2),
        measured_at=now,
    )
