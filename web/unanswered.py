"""What whoever asks for something other than a screen is told while the database is away."""

from starlette.responses import PlainTextResponse

SECONDS = 60


def database_away(what_to_do: str = "Try the same link again in a minute.") -> PlainTextResponse:
    """One sentence on what is wrong and what to do; programs come again by themselves."""
    return PlainTextResponse(
        f"The token database does not answer. {what_to_do}\n",
        status_code=503,
        headers={"retry-after": str(SECONDS)},
    )
