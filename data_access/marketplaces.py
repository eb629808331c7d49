"""Amazon's marketplaces, from marketplaces.toml."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from babel.lists import format_list


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One marketplace; `vendor_central` is None where its address is not known."""

    code: str
    marketplace_id: str
    region: str
    seller_central: str
    vendor_central: str | None = None


@cache
def marketplaces() -> dict[str, Marketplace]:
    """Every marketplace by its country code; Britain is UK, as Amazon writes it."""
    data = tomllib.loads((Path(__file__).parent / "marketplaces.toml").read_text("utf-8"))
    return {code: Marketplace(code, **fields) for code, fields in data.items()}


def country_name(code: str, locale: Locale) -> str:
    """A marketplace's country in words; the code itself where it is none."""
    return locale.territories.get("GB" if code == "UK" else code, code)


def country_names(codes: Iterable[str], locale: Locale) -> str:
    """Several of them, as a list reads: "France, Germany and Italy"."""
    return format_list(sorted(country_name(code, locale) for code in codes), locale=locale)


def scope(home: str) -> tuple[str, str]:
    """Region and country that key an authorization of that marketplace: the country only in FE,
    where each country needs a consent of its own.

    Source: https://github.com/amzn/selling-partner-api-models/issues/546
    """
    region = marketplaces()[home].region
    return region, home if region == "FE" else ""
