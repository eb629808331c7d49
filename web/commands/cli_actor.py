"""Who acts at the command line."""

import getpass

from rules.acts import Actor, Role


def cli_actor() -> Actor:
    """Whoever has a shell on the desk's machine may do everything; the trail says who it was."""
    return Actor(f"cli:{getpass.getuser()}", Role.ADMIN)
