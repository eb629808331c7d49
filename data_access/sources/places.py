"""Marketplaces as foreign databases name them, and the authorization they belong to."""

from collections import defaultdict
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from data_access.marketplaces import Marketplace, marketplaces, scope
from data_access.sources.problems import Fault
from data_access.sources.proposals import proposal
from rules.account_filter import REGIONS

MEMORY = 20_000
"""So many different combinations of marketplaces are remembered; there are far fewer as a rule."""


class AtAmazon(NamedTuple):
    """Which authorization a row is, and where it sells.

    region, country  of the authorization, as data_access.marketplaces.scope has them
    marketplaces     their codes, in order
    home             the code of the home marketplace
    unknown          the names that stand for no marketplace
    """

    region: str = ""
    country: str = ""
    marketplaces: tuple[str, ...] = ()
    home: str = ""
    unknown: tuple[str, ...] = ()


NOWHERE = AtAmazon()
"""Of a row whose authorization cannot be told."""


@cache
def known_names() -> dict[str, str]:
    """What a marketplace is called, folded, by its code: the code, the id, the shop's address."""
    names: dict[str, str] = {"gb": "UK"}
    for code, place in marketplaces().items():
        names[code.casefold()] = code
        names[place.marketplace_id.casefold()] = code
        if _central(place) not in shared_centrals():
            names.setdefault(_central(place).removeprefix("sellercentral."), code)
        names.setdefault(f"amazon.{code.casefold()}", code)
    # Amazon's shop in Britain has another ending than the country.
    return names | {"amazon.co.uk": "UK"}


@cache
def shared_centrals() -> dict[str, tuple[str, ...]]:
    """The Seller Centrals of several marketplaces, of which they name none, with the codes."""
    found: dict[str, list[str]] = defaultdict(list)
    for code, place in marketplaces().items():
        found[_central(place)].append(code)
    return {central: tuple(codes) for central, codes in found.items() if len(codes) > 1}


def _central(place: Marketplace) -> str:
    return urlsplit(place.seller_central).hostname or ""


def _folded(name: str) -> str:
    return name.strip().casefold().removeprefix("https://").removeprefix("www.").rstrip("/")


def code_of(name: str) -> str | None:
    """The code of a marketplace by any of its names, None where there is no such marketplace."""
    return known_names().get(_folded(name))


@lru_cache(MEMORY)
def placed(names: tuple[str, ...], home: str | None, region: str | None) -> AtAmazon:
    """The authorization to which some marketplaces belong.

    names   as the source gives them, in its order; the first known is the home
    home    what the source says of it, None where it says nothing; counts before the names
    region  what the source says of it, None where it says nothing
    Raises Fault where the authorization cannot be told.
    """
    if not names and home is None:
        raise Fault("no_marketplace", "", proposal("default_marketplace"))
    asked = (*((home,) if home else ()), *names)
    codes = tuple(dict.fromkeys(code for code in map(code_of, asked) if code))
    unknown = tuple(dict.fromkeys(name for name in asked if code_of(name) is None))
    if not codes:
        raise _unknown(unknown)
    keys = {scope(code) for code in codes}
    if len(keys) > 1:
        raise Fault(
            "several_regions",
            ",".join(codes),
            proposal("rows_of_their_own"),
        )
    found_region, country = keys.pop()
    _check_region(region, found_region, codes)
    return AtAmazon(found_region, country, tuple(sorted(codes)), codes[0], unknown)


def _check_region(said: str | None, found: str, codes: Sequence[str]) -> None:
    if said is None:
        return
    if said.upper() not in REGIONS:
        raise Fault("unknown_region", said, proposal("translate_values", name="region"))
    if said.upper() != found:
        raise Fault(
            "several_regions",
            f"{said}: {','.join(codes)}",
            proposal("correct_region", marketplaces=", ".join(codes), region=found),
        )


def which_of(name: str) -> str:
    """What to do about an address that several marketplaces share; "" for any other name."""
    sharing = shared_centrals().get(_folded(name))
    return proposal("one_of_several", marketplaces=", ".join(sharing)) if sharing else ""


def _unknown(names: Sequence[str]) -> Fault:
    fix = next(filter(None, map(which_of, names)), "")
    if fix:
        return Fault("ambiguous_marketplace", ",".join(names), fix)
    return Fault("unknown_marketplace", ",".join(names), _proposal(names[0]))


def _proposal(name: str) -> str:
    near = get_close_matches(name.upper(), list(marketplaces()), n=1, cutoff=0.6)
    if near:
        return proposal("meant_marketplace", marketplace=near[0])
    return proposal("known_marketplaces", marketplaces=", ".join(marketplaces()))
