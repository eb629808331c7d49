"""How moments are given on the command line."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from data_access.settings import settings
from rules.days import YEARS, day_start

AsOf = Annotated[
    str | None,
    typer.Option(help="The moment to speak about: a day (its start in DESK_TIME_ZONE) or ISO time"),
]


def moment(as_of: str | None) -> datetime:
    """What `--as-of` means, in the zone of the settings; now if it is not given."""
    zone = settings().zone
    if as_of is None:
        return datetime.now(UTC).astimezone(zone)
    try:
        parsed = datetime.fromisoformat(as_of)
    except ValueError:
        raise typer.BadParameter(
            f"{as_of!r} is neither a day as 2026-12-24 nor a time as 2026-12-24T08:30+01:00"
        ) from None
    if parsed.year not in YEARS:
        raise typer.BadParameter(f"{as_of!r} lies outside the years {YEARS[0]} to {YEARS[-1]}")
    if len(as_of) == len("2026-12-24"):
        return day_start(parsed.date(), zone).astimezone(zone)
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(zone)
