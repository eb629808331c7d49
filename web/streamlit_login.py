"""Streamlit's own login (`st.login`), as the desk uses it: the only file here that knows it.

Streamlit speaks OpenID Connect with the provider and says in a signed cookie who came back. That
cookie would be good for 30 days, also after signing out, so it never reaches a browser: the desk
reads it on its way out and begins a session of its own.
"""

import json
from collections.abc import Iterable, Mapping
from http.cookies import SimpleCookie

from streamlit import config
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.user_info import generate_login_redirect_url
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import (
    SESSION_COOKIE_NAME,
    TOKENS_COOKIE_NAME,
    USER_COOKIE_NAME,
)

from data_access.keys import cookie_secret
from data_access.settings import settings
from web.streamlit_routes import CALLBACK

PROVIDER = "default"
SIGN_IN_COOKIE = SESSION_COOKIE_NAME


def login_secrets() -> dict[str, dict[str, object]]:
    """What st.App is given as secrets: in memory alone, nothing of it is written to a file."""
    if not settings().login:
        return {}
    # Signs the state of a sign-in under way. Streamlit would make one up in every process, and the
    # provider may send people back to another process than the one that sent them off.
    config.set_option("server.cookieSecret", cookie_secret())
    return {
        "auth": {
            "redirect_uri": f"{settings().public_url}{CALLBACK}",
            "cookie_secret": cookie_secret(),
            "client_id": settings().oidc_client_id,
            "client_secret": settings().oidc_client_secret.get_secret_value(),
            "server_metadata_url": settings().oidc_metadata_url,
            "client_kwargs": {"scope": settings().oidc_scope, "prompt": "select_account"},
        }
    }


def login_address() -> str:
    """The address on this site that st.login sends people to; it leads on to the provider."""
    return generate_login_redirect_url(PROVIDER)


def is_streamlits(set_cookie: str) -> bool:
    """Whether a Set-Cookie holds who somebody is, or their tokens."""
    return set_cookie.partition("=")[0].strip().startswith((USER_COOKIE_NAME, TOKENS_COOKIE_NAME))


def claims_in(set_cookies: Iterable[str]) -> Mapping[str, object] | None:
    """What the provider says of whoever has just come back; None where nobody did."""
    values: dict[str, str] = {}
    for header in set_cookies:
        values |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}

    def unsigned(name: str) -> bytes | None:
        value = values.get(name)
        return decode_signed_value(get_cookie_secret(), name, value) if value else None

    said = get_cookie_with_chunks(unsigned, USER_COOKIE_NAME)
    claims = json.loads(said) if said else None
    return claims if isinstance(claims, dict) and claims.get("is_logged_in") else None


def go_to(path: str) -> bytes:
    """The message that makes an open screen go to another address of this site."""
    message = ForwardMsg()
    message.auth_redirect.url = path
    return message.SerializeToString()
