"""What a consent link asks for, and why Amazon would refuse to show the consent page.

Codes: https://developer-docs.amazon.com/sp-api/docs/authorization-errors.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request

from amazon_stand_in.hosts import amazon_host_of
from amazon_stand_in.marketplaces import scope_of_host, scope_of_marketplace
from amazon_stand_in.stand_in import StandIn
from amazon_stand_in.switches import Switches

# What each code means, in the words shown on the page (ours; Amazon's exact texts differ).
MEANINGS = {
    "MD1000": "The application is still a draft, and the link does not carry version=beta.",
    "MD5101": "The redirect URI of the link is not one of those registered for the application.",
    "MD5110": "The redirect URI of the link has a #fragment, which is not allowed.",
    "MD9010": "The application has no MWS developer id in this region.",
    "MD9100": "The application has no login URI or no redirect URI registered.",
    "SPDC8143": "You are not the primary user of this selling account.",
    "SPSA0404": "This business entity is not supported.",
    "SPSA2043": "Your vendor group lacks the role that is needed.",
    "CONSENT_LIMIT_REACHED": (
        "The application is not listed in the Appstore and has reached the number of sellers "
        "that may authorize it."
    ),
    # Shown without a code: https://github.com/amzn/selling-partner-api-docs/issues/2191
    # and https://github.com/amzn/selling-partner-api-docs/issues/901.
    "no rights": "Invalid access: you do not have permissions to view this page.",
    "individual": "You must be the primary user of a Professional selling account.",
    # These are ours: what Amazon shows for them is not known.
    "application": "There is no application with this application_id.",
    "state": "The link carries no state.",
    "marketplace": "There is no marketplace with this marketplace_id.",
    "late": "An authorization has to be finished within 10 minutes. Start again.",
    "amazon_state": "This amazon_state is unknown, used, or older than 10 minutes. Start again.",
}


class Refused(Exception):
    """A consent that cannot be; ``reason`` is a key of MEANINGS, ``code`` what Amazon calls it."""

    def __init__(self, reason: str) -> None:
        super().__init__(MEANINGS[reason])
        self.reason = reason
        self.code = reason if reason.isupper() else ""


@dataclass(frozen=True)
class ConsentRequest:
    """The query of a consent link:
    https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow."""

    application_id: str
    state: str
    redirect_uri: str
    version: str
    marketplace_id: str
    demo_seller: str
    amazon_host: str

    @classmethod
    def of(cls, request: Request) -> "ConsentRequest":
        """Read from a request; of a doubled parameter the first counts."""
        query: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            query.setdefault(name, value)
        names = (each for each in cls.__dataclass_fields__ if each != "amazon_host")
        asked = {name: query.get(name, "") for name in names}
        return cls(**asked, amazon_host=amazon_host_of(request))

    def scope(self, switches: Switches) -> str:
        """What the consent will cover: by the central host, else marketplace_id, else a switch.

        Raises Refused("marketplace") if neither host nor marketplace is one of Amazon's.
        """
        by_host = scope_of_host(self.amazon_host)
        if by_host or not self.marketplace_id:
            return by_host or switches.default_scope
        by_marketplace = scope_of_marketplace(self.marketplace_id)
        if by_marketplace is None:
            raise Refused("marketplace")
        return by_marketplace


def check(asked: ConsentRequest, switches: Switches) -> None:
    """Raises Refused for whatever keeps the consent page from being shown to anybody."""
    if switches.consent_error:
        raise Refused(switches.consent_error)
    if not asked.application_id or switches.application_id not in ("", asked.application_id):
        raise Refused("application")
    check_version(asked.version, switches)
    if not asked.state:
        raise Refused("state")
    redirect_uri_for(asked.redirect_uri, switches)
    asked.scope(switches)


def check_version(version: str, switches: Switches) -> None:
    """Raises Refused("MD1000") for a draft application without ``version=beta``."""
    if switches.draft and version != "beta":
        raise Refused("MD1000")


def redirect_uri_for(asked: str, switches: Switches) -> str:
    """Where to send the seller back to: the URI asked for, else the first registered one.

    Raises Refused MD5110 for a fragment, MD5101 for one that is not registered, MD9100 where none
    is known. Amazon wants https; the stand-in takes http too, to be of use on one machine.
    """
    if "#" in asked:
        raise Refused("MD5110")
    registered = switches.redirect_uris
    if not asked:
        if not registered:
            raise Refused("MD9100")
        return registered[0]
    is_url = urlsplit(asked).scheme in ("http", "https") and urlsplit(asked).netloc
    if not is_url or (registered and asked not in registered):
        raise Refused("MD5101")
    return asked


def check_seller(stand_in: StandIn, selling_partner_id: str) -> None:
    """Raises Refused("CONSENT_LIMIT_REACHED") for one seller more than the switch allows."""
    limit = stand_in.switches.consent_limit
    if limit and stand_in.authorizations.count_sellers(besides=selling_partner_id) >= limit:
        raise Refused("CONSENT_LIMIT_REACHED")


def with_query(url: str, **more: str) -> str:
    """The URL with these parameters added; empty ones are left out."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    query += [(name, value) for name, value in more.items() if value]
    return urlunsplit(parts._replace(query=urlencode(query)))
