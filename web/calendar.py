"""GET /calendar/<key>.ics: the expiries, for whoever holds a key that is in force."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from data_access.calendar_feed import Feed, calendar_feed
from data_access.calendar_keys import NoSuchKey, owner_of
from data_access.clock import utc_now
from data_access.database import DatabaseAway
from web.unanswered import database_away

# Asked for again each time, so that a revoked key ends at once; the ETag keeps that cheap.
CACHING = "private, no-cache"


async def calendar(request: Request) -> Response:
    """Answers with the calendar; 304 where the program has it already; 404 and nothing else for
    every key that opens none."""
    try:
        feed = await run_in_threadpool(_feed, request.path_params["key"])
    except NoSuchKey:
        return PlainTextResponse("There is no such calendar.\n", 404)
    except DatabaseAway:
        return database_away("Try again in a minute.")
    headers = {"etag": feed.etag, "cache-control": CACHING}
    if _has(request, feed.etag):
        return Response(status_code=304, headers=headers)
    headers["content-disposition"] = 'inline; filename="expiries.ics"'
    return Response(feed.body, media_type="text/calendar; charset=utf-8", headers=headers)


def _feed(key: str) -> Feed:
    now = utc_now()
    return calendar_feed(owner_of(key, now), now)


def _has(request: Request, etag: str) -> bool:
    """Whether the program named this state, or any; weak tags compare alike here (RFC 9110)."""
    named = [each.strip().removeprefix("W/") for each in _tags(request)]
    return "*" in named or etag in named


def _tags(request: Request) -> list[str]:
    return request.headers.get("if-none-match", "").split(",")
