"""A page of this site that leads on at once, as a redirect would.

Browsers leave a Strict cookie out of what another site leads to, redirects of ours included. What
a page of ours leads to carries it.
"""

from urllib.parse import quote

from markupsafe import Markup
from starlette.responses import HTMLResponse

# With its colour scheme nobody in the dark is dazzled; the link is for browsers told not to follow.
PAGE = Markup(
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta name="color-scheme" content="light dark"><title>Renewal Desk</title>'
    '<a href="{path}">Renewal Desk</a>'
)
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"


def once_more(path: str) -> HTMLResponse:
    """Leads to `path`, which return_path.safe_path has looked at."""
    address = quote(path, safe=":/%#?=@[]!$&'()*+,;")
    headers = {
        "refresh": f"0; url={address}",
        "content-security-policy": POLICY,
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
    return HTMLResponse(PAGE.format(path=address), headers=headers)
