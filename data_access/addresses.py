"""The desk's own addresses as they are sent: with the host under which browsers reach it."""

from urllib.parse import urlencode

from data_access.settings import settings


def whole_address(path: str) -> str:
    """An address of ours with its host; a vendor's own address stays as it is."""
    return settings().public_url + path if path.startswith("/") else path


def account_url(account: int) -> str:
    """Where the desk shows an account."""
    return whole_address(f"/account?{urlencode({'id': int(account)})}")


def today_url() -> str:
    """Where the desk shows today's work."""
    return whole_address("/today")
