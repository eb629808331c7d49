"""Which accounts a command is about, given as in the desk's address."""

from urllib.parse import parse_qs

import typer

from rules.account_filter import PARAMETERS, AccountFilter, from_query

LARGEST = 2**63 - 1
"""Neither an account nor a run has a larger number: a database holds none."""


def accounts_of(query: str) -> AccountFilter:
    """The filter that a query asks for; "" is every account.

    Raises BadParameter for whatever would be ignored: a command must not do to all accounts what
    was meant for some.
    """
    asked = parse_qs(query, keep_blank_values=True)
    for name, values in asked.items():
        if name not in PARAMETERS:
            raise typer.BadParameter(f"{name!r} is no filter; there are: {', '.join(PARAMETERS)}")
        if "" in values:
            raise typer.BadParameter(f"{name} needs a value, as in {name}=...")
    wanted, ignored = from_query(asked)
    for each in ignored:
        raise typer.BadParameter(f"{each.parameter}={each.value} is no filter")
    return wanted
