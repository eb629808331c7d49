"""Whose accounts the desk can renew: those of its own application at Amazon.

A consent is given to one application, and the application is part of an account's key: our token
under an account of another one would stand for a grant that it never had.
"""

from data_access.settings import DEMO_APPLICATION, settings


def our_applications() -> frozenset[str]:
    """The application_ids of accounts that are renewed here; one that is not named is ours."""
    invented = {DEMO_APPLICATION} if settings().mode == "demo" else set()
    return frozenset({"", settings().application_id} | invented)


def is_ours(application_id: str) -> bool:
    """Whether a consent to our application renews accounts of this one."""
    return application_id in our_applications()


def has_renew_link(application_id: str) -> bool:
    """Whether there is a renew link for accounts of this application. The vendor's own address,
    where it stands for ours, serves whatever the vendor has."""
    return settings().renewal == "template" or is_ours(application_id)
