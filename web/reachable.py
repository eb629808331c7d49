"""From where the desk may be reached: without a login from this machine alone."""

import click
from streamlit import config

from data_access.settings import settings
from web.access import is_loopback


class CannotServe(Exception):
    """The desk cannot be served there; the text says why and what to do."""


def check_who_may_come(address: str) -> None:
    """Nothing where the desk may be served at `address`. Raises CannotServe."""
    if is_loopback(address):
        return
    if not settings().login:
        raise CannotServe(
            f"{address} can be reached from other machines, and no login is set up. Set "
            "DESK_OIDC_METADATA_URL and what belongs to it (README, section Login), or serve the "
            "desk on 127.0.0.1."
        )
    if not settings().open_to_others:
        raise CannotServe(
            f"{address} can be reached from other machines, and DESK_PUBLIC_URL is no https:// "
            "address: passwords and sellers' data would travel readably. Put a proxy that speaks "
            "TLS in front and set DESK_PUBLIC_URL to its address."
        )


def check_served_address() -> None:
    """The same for the address that `uvicorn` or `streamlit run` was told, where it was one of
    them; whoever serves the desk in another way meets the gate. Raises CannotServe."""
    command = click.get_current_context(silent=True)
    if command is None:
        return
    if "host" in command.params:
        check_who_may_come(command.params["host"])
    else:
        # Streamlit takes none for all.
        check_who_may_come(config.get_option("server.address") or "0.0.0.0")  # noqa: S104
