"""Settings of what stands between the desk and the internet."""

from ipaddress import ip_network
from typing import Annotated

import limits
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_settings import NoDecode

from data_access.settings_addresses import read_address
from data_access.settings_checks import listed


def _any_number(value: object) -> list[str]:
    return [each for each in listed(value) if each]


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for each in value:
        try:
            ip_network(each)
        except ValueError as error:
            raise ValueError("must be addresses or networks, as 10.0.0.5,10.1.0.0/16") from error
    return value


def _hosts(value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_host(each) for each in value)


def _host(value: str) -> str:
    """As browsers say it: small letters, and ASCII for those that have more."""
    try:
        url = read_address(f"https://{value}/")
    except ValueError:
        url = None
    # Parts of an address beside the name show in it, or would be left out.
    if url is None or url.host is None or str(url) != f"https://{url.host}/" or "*" in value:
        raise ValueError("must be host names without scheme, port and path, as desk.vendor.example")
    return url.host


def _rate(value: str) -> str:
    try:
        rates = limits.parse_many(value)
    except ValueError:
        rates = []
    if len(rates) != 1 or rates[0].amount < 1:
        raise ValueError("must be a rate, as 300/minute")
    return value


Networks = Annotated[
    tuple[str, ...], NoDecode, BeforeValidator(_any_number), AfterValidator(_networks)
]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_any_number), AfterValidator(_hosts)]
Rate = Annotated[str, AfterValidator(_rate)]


class HardeningSettings(BaseModel):
    """Whom the desk believes, and how often a stranger may come."""

    trusted_proxies: Networks = Field(
        (),
        description="Addresses of reverse proxies whose X-Forwarded-For and -Proto are believed; "
        "nobody else's are",
    )
    allowed_hosts: Hosts = Field(
        (),
        description="Other names under which the desk is asked for, beside that of "
        "DESK_PUBLIC_URL and this machine",
    )
    # Of a renewal that begins with our link only Amazon's way back is counted here: 300 sellers a
    # minute behind one address come through. Links are signed with 256 bits, so that no rate lets
    # anybody guess one; the limit spares the database.
    rate_per_address: Rate = Field(
        "300/minute",
        description="How often one address may come to the pages for everybody without a link "
        "of ours",
    )
    # A renewal takes eight requests; the page that waits for its end asks every three seconds.
    rate_per_link: Rate = Field(
        "60/minute", description="How often one renew link may be used, from wherever"
    )
