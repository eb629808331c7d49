"""Where a seller gives consent: the right Central of each marketplace, and the address there."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from data_access.marketplaces import marketplaces
from data_access.settings import settings

CONSENT_PATH = "/apps/authorize/consent"

# The five large stores answer under their own ending as well.
# Source: https://github.com/jlevers/selling-partner-api (src/OAuth.php)
_ALSO_CENTRALS = frozenset(
    f"sellercentral.amazon.{ending}" for ending in ("es", "co.uk", "fr", "de", "it")
)


_STARTS_AT = "amazon.com"
"""Where Amazon has a renewal begun on its side go on, as its own guide shows it.

Source: https://github.com/amzn/selling-partner-api-docs (developer guide, "Marketplace Appstore
authorization workflow", step 2)
"""


class NoCentral(Exception):
    """No address is known where this account could consent; `marketplace` says for which one."""

    def __init__(self, marketplace: str, partner_kind: str) -> None:
        super().__init__(
            f"No {partner_kind.title()} Central is known for the marketplace {marketplace!r}. "
            "DESK_CENTRALS can name one."
        )
        self.marketplace = marketplace


@dataclass(frozen=True, slots=True)
class Central:
    """A Seller or Vendor Central as a browser reaches it."""

    url: str

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def form_targets(self) -> str:
        """Where a form that leads here may end: Amazon signs sellers in under other names of its
        own, and browsers hold every redirect against the page's policy. What starts at no Central
        goes on to any."""
        host = _host(self.url)
        reached = _hosts() if host == _STARTS_AT else {host}
        endings = {each.partition("amazon.")[2] for each in reached} - {""}
        also = sorted(f"https://*.amazon.{ending}" for ending in endings | {"com"})
        return " ".join([self.origin, *also] if endings else [self.origin])


def central(marketplace: str, partner_kind: str = "seller") -> Central:
    """The Central of a marketplace; the settings come first. Raises NoCentral.

    In demo mode it is the local Amazon, which takes the real host as the first part of the path.
    """
    url = _amazons_central(marketplace, partner_kind)
    if settings().mode == "demo":
        url = f"{settings().stand_in_url}/{urlsplit(url).netloc}"
    return Central(url)


def consent_url(
    marketplace: str, partner_kind: str, state: str, selling_partner_id: str = ""
) -> str:
    """The consent link of a marketplace; made only when the seller presses the button.

    `selling_partner_id` is the local Amazon's hint whom to sign in as, sent in demo mode only.
    Source: https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow
    """
    query = {"application_id": settings().application_id, "state": state}
    query["redirect_uri"] = settings().redirect_uri
    if settings().application_draft:
        query["version"] = "beta"
    if settings().mode == "demo":
        query["marketplace_id"] = marketplaces()[marketplace].marketplace_id
        query["demo_seller"] = selling_partner_id
    return f"{central(marketplace, partner_kind).url}{CONSENT_PATH}?{urlencode(query)}"


def is_amazons(url: str) -> bool:
    """Whether an address that came in a parameter is really one of Amazon's own.

    It decides where we send a seller's browser, so only known hosts count, and only https; in demo
    mode the local Amazon alone.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if not url.isprintable() or "\\" in url or parts.username or parts.password or parts.fragment:
        return False
    if settings().mode == "demo":
        return url.startswith(f"{settings().stand_in_url}/")
    return parts.scheme == "https" and port in (None, 443) and parts.hostname in _hosts()


def region_of(url: str) -> str:
    """The region of a Central's address ("EU"), in the Far East the country; "" if it serves
    several or is unknown. Tells a seller's authorizations apart where Amazon began."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if settings().mode == "demo":
        host = parts.path.lstrip("/").split("/")[0]
    if host in _ALSO_CENTRALS:
        return "EU"
    found = {
        code if known.region == "FE" else known.region
        for code, known in marketplaces().items()
        if host in _hosts_of(code)
    }
    return found.pop() if len(found) == 1 else ""


def _amazons_central(marketplace: str, partner_kind: str) -> str:
    kind = "vendor" if partner_kind == "vendor" else "seller"
    override = settings().centrals.get(marketplace, {}).get(kind)
    known = marketplaces().get(marketplace)
    url = override or (getattr(known, f"{kind}_central") if known else None)
    if known is None or not url:
        raise NoCentral(marketplace, kind)
    return url


def _hosts() -> set[str]:
    return {_STARTS_AT, *_ALSO_CENTRALS}.union(*map(_hosts_of, marketplaces()))


def _hosts_of(marketplace: str) -> set[str]:
    known = marketplaces()[marketplace]
    named = settings().centrals.get(marketplace, {}).values()
    return {_host(url) for url in (known.seller_central, known.vendor_central, *named) if url}


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
