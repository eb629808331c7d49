"""Amazon's marketplaces: which scope a marketplace or a central host belongs to.

A *scope* is what one authorization covers: ``NA``, ``EU``, or in the Far East one country
(``JP``, ``AU``, ``SG``), because a Japanese consent opens neither Australia nor Singapore:
https://github.com/amzn/selling-partner-api-models/issues/546.
Ids and countries: https://developer-docs.amazon.com/sp-api/docs/marketplace-ids.
Central hosts: Amazon's sample use-cases/auth-lifecycle-management/lambda/index.js in
https://github.com/amzn/selling-partner-api-samples. Currency and language are plausible fill-ins.
"""

import re
from typing import NamedTuple

SCOPES = ("NA", "EU", "JP", "AU", "SG")


class Marketplace(NamedTuple):
    """One Amazon store; ``country`` is ISO 3166-1 alpha-2, as the sellers model demands."""

    id: str
    country: str
    scope: str
    tld: str
    currency: str
    language: str

    @property
    def name(self) -> str:
        """As Amazon names it in getMarketplaceParticipations, for example ``Amazon.de``."""
        return f"Amazon.{self.tld}"

    @property
    def domain_name(self) -> str:
        """The shop's address, for example ``www.amazon.de``."""
        return f"www.amazon.{self.tld}"


MARKETPLACES = (
    Marketplace("A2EUQ1WTGCTBG2", "CA", "NA", "ca", "CAD", "en_CA"),
    Marketplace("ATVPDKIKX0DER", "US", "NA", "com", "USD", "en_US"),
    Marketplace("A1AM78C64UM0Y8", "MX", "NA", "com.mx", "MXN", "es_MX"),
    Marketplace("A2Q3Y263D00KWC", "BR", "NA", "com.br", "BRL", "pt_BR"),
    Marketplace("A1PA6795UKMFR9", "DE", "EU", "de", "EUR", "de_DE"),
    Marketplace("A1RKKUPIHCS9HS", "ES", "EU", "es", "EUR", "es_ES"),
    Marketplace("A1F83G8C2ARO7P", "GB", "EU", "co.uk", "GBP", "en_GB"),
    Marketplace("A13V1IB3VIYZZH", "FR", "EU", "fr", "EUR", "fr_FR"),
    Marketplace("APJ6JRA9NG5V4", "IT", "EU", "it", "EUR", "it_IT"),
    Marketplace("A1805IZSGTT6HS", "NL", "EU", "nl", "EUR", "nl_NL"),
    Marketplace("AMEN7PMS3EDWL", "BE", "EU", "com.be", "EUR", "fr_BE"),
    Marketplace("A2NODRKZP88ZB9", "SE", "EU", "se", "SEK", "sv_SE"),
    Marketplace("A1C3SOZRARQ6R3", "PL", "EU", "pl", "PLN", "pl_PL"),
    Marketplace("A28R8C7NBKEWEA", "IE", "EU", "ie", "EUR", "en_IE"),
    Marketplace("A33AVAJ2PDY3EV", "TR", "EU", "com.tr", "TRY", "tr_TR"),
    Marketplace("ARBP9OOSHTCHU", "EG", "EU", "eg", "EGP", "ar_EG"),
    Marketplace("A17E79C6D8DWNP", "SA", "EU", "sa", "SAR", "ar_SA"),
    Marketplace("A2VIGQ35RCS4UG", "AE", "EU", "ae", "AED", "en_AE"),
    Marketplace("A21TJRUUN4KGV", "IN", "EU", "in", "INR", "en_IN"),
    Marketplace("AE08WJ6YKNBMC", "ZA", "EU", "co.za", "ZAR", "en_ZA"),
    Marketplace("A19VAU5U5O7RUS", "SG", "SG", "sg", "SGD", "en_SG"),
    Marketplace("A39IBJ37TRP1C6", "AU", "AU", "com.au", "AUD", "en_AU"),
    Marketplace("A1VC38T7YXB528", "JP", "JP", "co.jp", "JPY", "ja_JP"),
)

_BY_ID = {each.id: each for each in MARKETPLACES}

# The hosts that do not simply follow their store's ending, and spellings used elsewhere.
_ODD_HOSTS = {
    "sellercentral-europe.amazon.com": "EU",
    "sellercentral.amazon.com.sa": "EU",
    "vendorcentral.amazon.me": "EU",
    "www.vendorcentral.in": "EU",
    "vendorcentral.amazon.com.sg": "SG",
    "sellingpartnerapi-na.amazon.com": "NA",
    "sellingpartnerapi-eu.amazon.com": "EU",
}
_SCOPE_OF_HOST = {
    f"{kind}central.amazon.{each.tld}": each.scope
    for each in MARKETPLACES
    for kind in ("seller", "vendor")
} | _ODD_HOSTS

_AMAZON_HOST = re.compile(
    r"[a-z0-9.-]*(sellercentral|vendorcentral|sellingpartnerapi-)[a-z0-9.-]+|api\.amazon\.com"
)


def is_amazon_host(segment: str) -> bool:
    """Whether a path's first segment stands for one of Amazon's hosts (known to us or not)."""
    return _AMAZON_HOST.fullmatch(segment) is not None


def is_vendor_host(host: str) -> bool:
    """Whether a host is a Vendor Central."""
    return "vendorcentral" in host


def scope_of_host(host: str) -> str | None:
    """The scope a central or SP-API host serves; None if unknown, or the Far East as a whole."""
    return _SCOPE_OF_HOST.get(host.removeprefix("sandbox."))


def scope_of_marketplace(marketplace_id: str) -> str | None:
    """The scope of a marketplace id; None if Amazon has no such marketplace."""
    marketplace = _BY_ID.get(marketplace_id)
    return marketplace.scope if marketplace else None


def marketplaces_of(scope: str) -> list[Marketplace]:
    """The marketplaces one authorization of this scope covers."""
    return [each for each in MARKETPLACES if each.scope == scope]
