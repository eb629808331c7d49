"""Whose accounts the desk can renew: those of its own application at Amazon.

A consent is given to one application, and the application is part of an account's key. A token of
ours under an account of another application would claim a grant that this account never had.
"""

from data_access.settings import DEMO_APPLICATION, settings


def our_applications() -> frozenset[str]:
    """The application ids of accounts that are renewed here; an account without one is ours."""
    invented = {DEMO_APPLICATION} if settings().mode == "demo" else set()
    return frozenset({"", settings().application_id} | invented)


def is_ours(application_id: str) -> bool:
    """Whether a consent to our application renews accounts of this one."""
    return application_id in our_applications()


def has_renew_link(application_id: str) -> bool:
    """Whether there is a renew link for accounts of this application.

    Where the vendor's own address takes the place of our page, there is one for all of them.
    """
    return settings().renewal == "template" or is_ours(application_id)
