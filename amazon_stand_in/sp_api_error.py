"""How an SP-API operation says no, and how it reads lists and times of a query."""

from datetime import UTC, datetime

from starlette.requests import Request


class SpApiError(Exception):
    """An error answer: status, and ``code``, ``message``, ``details`` of its one error."""

    def __init__(self, status: int, code: str, message: str, details: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details

    def body(self) -> dict:
        """An ``ErrorList``, the shape all three models share:
        https://github.com/amzn/selling-partner-api-models."""
        error = {"code": self.code, "message": self.message, "details": self.details}
        return {"errors": [error]}


def invalid_input(details: str) -> SpApiError:
    """A 400 ``InvalidInput``: https://developer-docs.amazon.com/sp-api/docs/resolving-400-errors.

    The wording of ``details`` is ours.
    """
    message = "Request has missing or invalid parameters and cannot be parsed."
    return SpApiError(400, "InvalidInput", message, details)


def query_list(request: Request, name: str) -> list[str]:
    """A list parameter, comma-delimited or repeated; empty if absent."""
    values = request.query_params.getlist(name)
    return [part for value in values for part in value.split(",") if part]


def query_time(request: Request, name: str) -> float | None:
    """An ISO 8601 time in epoch seconds, UTC where it names no zone; None if absent.

    Raises SpApiError 400 for anything else.
    """
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_input(f"{name} must be in ISO 8601 format.") from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def query_count(request: Request, name: str, default: int, most: int) -> int:
    """A whole number from 1 to ``most``; raises SpApiError 400 for anything else."""
    text = request.query_params.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise invalid_input(f"{name} must be between 1 and {most}.")
    return int(text)
