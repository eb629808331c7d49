"""Where somebody wanted to go before they had to sign in: a path of this site, never elsewhere."""

from urllib.parse import quote, unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from data_access.keys import cookie_secret
from data_access.settings import settings
from data_access.signed import Signed, Tampered
from web.access import SIGNING_IN, WITHOUT_ROLE, is_closed
from web.streamlit_routes import CALLBACK

COOKIE = "desk_return"
SECONDS = 1_800
"""How long signing in may take, second factor and all."""

MAX_LENGTH = 2_000
_KEPT = Signed("return", lifetime=SECONDS, key=cookie_secret)


def safe_path(asked: str) -> str:
    """`asked` where it is a path on this site that is worth going to, else the start page.

    Browsers read backslashes as slashes and drop tabs and line ends, and `//host` is another site.
    """
    seen = asked
    # Encoded twice is the most that anything on the way decodes.
    for _ in range(3):
        if not _is_ours(seen):
            return "/"
        seen = unquote(seen)
    path = urlsplit(asked).path
    if path in (*SIGNING_IN, *WITHOUT_ROLE) or is_closed(path):
        return "/"
    return asked


def asked_path(request: Request) -> str:
    """The address of a request as a path with its query."""
    query = f"?{request.url.query}" if request.url.query else ""
    return safe_path(quote(request.url.path, safe="/:@!$&'()*+,;=-._~") + query)


def remember(answer: Response, path: str) -> None:
    """Keeps the path, signed, until its owner comes back from the provider."""
    answer.set_cookie(
        COOKIE,
        _KEPT.write(safe_path(path)),
        max_age=SECONDS,
        path=CALLBACK,
        secure=settings().over_https,
        httponly=True,
        samesite="lax",
    )


def remembered(request: Request) -> str:
    """The path that was kept; the start page where none was, or somebody tampered with it."""
    try:
        kept = _KEPT.read(request.cookies.get(COOKIE, ""))
    except Tampered:
        return "/"
    return safe_path(kept) if isinstance(kept, str) else "/"


def forget(answer: Response) -> None:
    """Lets the browser forget it."""
    answer.delete_cookie(COOKIE, path=CALLBACK)


def _is_ours(path: str) -> bool:
    if not path.startswith("/") or path.startswith("//") or len(path) > MAX_LENGTH:
        return False
    return path.isprintable() and "\\" not in path.split("?")[0]
