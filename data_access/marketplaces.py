"""Amazon's marketplaces, from marketplaces.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path


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


def scope(home: str) -> tuple[str, str]:
    """Region and country that key an authorization of that marketplace: the country only in FE,
    where each country needs a consent of its own.

    Source: https://github.com/amzn/selling-partner-api-models/issues/546
    """
    region = marketplaces()[home].region
    return region, home if region == "FE" else ""
