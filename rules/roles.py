"""Who somebody is, and which role they have, by what the sign-in provider says of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules.acts import Role

MAX_NAME = 200

Roles = Mapping[Role, Sequence[str]]
"""Per role what gives it: e-mail addresses, `*@domain`, or values of a claim."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the provider knows.

    subject  the provider's own lasting name for them
    name     what stands in the audit trail and on the screens: their e-mail address, else subject
    """

    subject: str
    name: str


def person_of(claims: Mapping[str, object]) -> Person | None:
    """The person that an id token is about, None where it does not say. An address that the
    provider calls unverified is not taken: anybody may have typed it in."""
    subject = str(claims.get("sub") or "")
    email = str(claims.get("email") or "").strip().lower()
    if not subject or len(subject) > MAX_NAME:
        return None
    usable = email.isprintable() and "@" in email and len(email) <= MAX_NAME
    verified = claims.get("email_verified", True) in (True, "true")
    # A subject may be of its owner's choosing; it must not pass for the address of somebody else.
    return Person(subject, email if usable and verified else subject.replace("@", " at "))


def claimed(claims: Mapping[str, object], claim: str) -> tuple[str, ...]:
    """The values of a claim, which may lie deeper (`realm_access.roles`); none where it lacks."""
    found: object = claims
    # A claim of that very name first: some providers use addresses, with dots, as names.
    for part in [claim] if claim in claims else claim.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    values = found if isinstance(found, list | tuple) else [found]
    return tuple(str(each) for each in values if isinstance(each, str | int))


def grounds_of(values: Iterable[str], roles: Roles) -> tuple[str, ...]:
    """Those of somebody's values that give a role, in the order of the roles."""
    known = {each.casefold() for each in values}
    named = [each for listed in roles.values() for each in listed]
    return tuple(dict.fromkeys(each for each in named if _is_among(each.casefold(), known)))


def role_of(grounds: Iterable[str], roles: Roles) -> Role | None:
    """The highest role that any of the values gives; None for whoever is not provided for."""
    known = {each.casefold() for each in grounds}
    for role in reversed(Role):
        if any(_is_among(each.casefold(), known) for each in roles.get(role, ())):
            return role
    return None


def _is_among(pattern: str, known: set[str]) -> bool:
    if pattern in known:
        return True
    return pattern.startswith("*@") and any(each.endswith(pattern[1:]) for each in known)
