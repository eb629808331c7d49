"""How the stand-in's pages are drawn: templates, headers, the one stylesheet."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from amazon_stand_in.hosts import amazon_host_of
from amazon_stand_in.stand_in import stand_in_of

_HERE = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# Everything travels in query strings here, so pages tell nobody where they were:
# https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow.
# No form-action: after Confirm a form is redirected to the application, wherever that is.
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}

SCOPE_NAMES = {
    "NA": "North America",
    "EU": "Europe",
    "JP": "Japan",
    "AU": "Australia",
    "SG": "Singapore",
}


def date(seconds: float) -> str:
    """A day as people write it, in UTC: ``5 March 2026``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment.day} {moment:%B %Y}"


_TEMPLATES.globals |= {"scope_names": SCOPE_NAMES}
_TEMPLATES.filters |= {"date": date}


def page(request: Request, template: str, status: int = 200, **shown: Any) -> Response:
    """A page of the stand-in; every one carries the banner that this is not Amazon."""
    html = _TEMPLATES.get_template(template).render(
        amazon_host=amazon_host_of(request),
        application_name=stand_in_of(request).switches.application_name,
        root=request.scope.get("root_path", ""),
        **shown,
    )
    return HTMLResponse(html, status, HEADERS)


def notice(
    request: Request,
    title: str,
    sentences: list[str],
    *,
    code: str = "",
    status: int = 400,
) -> Response:
    """A page that only says something: an error with Amazon's code, or the end of the road."""
    # Whoever came by a form may sign in again under the same link.
    url = request.url
    back = f"{url.path}?{url.query}" if request.method == "POST" else ""
    return page(
        request, "notice.html", status, title=title, sentences=sentences, code=code, back=back
    )


def see_other(url: str) -> Response:
    """Send the browser on; the page it leaves is not told to the next one."""
    return RedirectResponse(url, 303, HEADERS)


async def stylesheet(_request: Request) -> Response:
    """``/stand-in/style.css``."""
    return FileResponse(_HERE / "templates" / "style.css", media_type="text/css")


async def home(_request: Request) -> Response:
    """``/``: on to the switches."""
    return see_other("/stand-in/")


ROUTES = [Route("/", home), Route("/stand-in/style.css", stylesheet)]
