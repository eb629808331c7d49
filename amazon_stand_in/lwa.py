"""Login with Amazon: the token endpoint with its three grants.

Request and answer fields:
https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api. Form bodies and
JSON bodies both occur in Amazon's own clients, so both are read.
"""

import json
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from amazon_stand_in.authorizations import InvalidGrant
from amazon_stand_in.stand_in import StandIn, stand_in_of
from amazon_stand_in.tokens import ACCESS_TOKEN_SECONDS

GRANTLESS_SCOPES = frozenset(
    {
        "sellingpartnerapi::notifications",
        "sellingpartnerapi::client_credential:rotation",
        "sellingpartnerapi::shipments:track",
    }
)


class LwaError(Exception):
    """An answer of LWA that is no token: status, ``error`` and ``error_description``."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status

    def response(self) -> Response:
        """The body in which LWA says it."""
        return _answer({"error": self.error, "error_description": self.description}, self.status)


async def token(request: Request) -> Response:
    """``POST /auth/o2/token``: trade a code, a refresh token or the client's own name for a token.

    Errors, as observed:
    - 401 invalid_client: https://github.com/jlevers/selling-partner-api/issues/602
    - 400 invalid_grant, code: https://github.com/amzn/selling-partner-api-docs/issues/466
    - 400 invalid_grant, refresh_token: https://github.com/amzn/selling-partner-api-docs/issues/2723
    - 400 unsupported_grant_type: https://blog.csdn.net/weixin_33486249/article/details/116190196
    - 400 invalid_request, invalid_scope: named by Amazon's clients, status and wording are ours.
    """
    stand_in = stand_in_of(request)
    try:
        fields = await _fields_of(request)
        _check_client(stand_in, fields)
        grant_type = _needed(fields, "grant_type")
        if grant_type not in _GRANTS:
            raise LwaError(
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server",
            )
        return _answer(_GRANTS[grant_type](stand_in, fields), 200)
    except LwaError as error:
        return error.response()
    except InvalidGrant as error:
        return LwaError("invalid_grant", _sentence(error)).response()


def _sentence(error: InvalidGrant) -> str:
    if error.parameter == "refresh_token":
        return f"{error}. User may have revoked or didn't grant the permission."
    return str(error)


def _authorization_code(stand_in: StandIn, fields: Mapping[str, str]) -> dict:
    code = _needed(fields, "code")
    authorization, refresh_token = stand_in.authorizations.exchange(
        code, fields.get("redirect_uri")
    )
    access_token = stand_in.access_tokens.issue(authorization, fields["client_id"])
    return _tokens(access_token) | {"refresh_token": refresh_token}


def _refresh_token(stand_in: StandIn, fields: Mapping[str, str]) -> dict:
    refresh_token = _needed(fields, "refresh_token")
    authorization = stand_in.authorizations.read(
        refresh_token, newest_only=stand_in.switches.renewal_ends_old_token
    )
    access_token = stand_in.access_tokens.issue(authorization, fields["client_id"])
    # A refresh grant does not rotate the refresh token: the same one comes back.
    return _tokens(access_token) | {"refresh_token": refresh_token}


def _client_credentials(stand_in: StandIn, fields: Mapping[str, str]) -> dict:
    if _needed(fields, "scope") not in GRANTLESS_SCOPES:
        raise LwaError("invalid_scope", "The requested scope is invalid, unknown, or malformed")
    return _tokens(stand_in.access_tokens.issue(None, fields["client_id"]))


_GRANTS = {
    "authorization_code": _authorization_code,
    "refresh_token": _refresh_token,
    "client_credentials": _client_credentials,
}


async def _fields_of(request: Request) -> dict[str, str]:
    """The body's fields, from a form or from JSON."""
    if "json" in request.headers.get("content-type", ""):
        try:
            fields = json.loads(await request.body())
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            raise LwaError("invalid_request", "The request body is not a JSON object")
    else:
        fields = dict(await request.form())
    return {name: value for name, value in fields.items() if isinstance(value, str)}


def _needed(fields: Mapping[str, str], name: str) -> str:
    if not fields.get(name):
        raise LwaError("invalid_request", f"The request is missing a required parameter : {name}")
    return fields[name]


def _check_client(stand_in: StandIn, fields: Mapping[str, str]) -> None:
    switches = stand_in.switches
    client_id, secret = fields.get("client_id", ""), fields.get("client_secret", "")
    known = client_id and switches.client_id in ("", client_id)
    proven = secret and switches.client_secret in ("", secret)
    if switches.secret_rotated or not (known and proven):
        raise LwaError("invalid_client", "Client authentication failed", 401)


def _tokens(access_token: str) -> dict:
    return {
        "access_token": access_token,
        "token_type": "bearer",
        "expires_in": ACCESS_TOKEN_SECONDS,
    }


def _answer(body: dict, status: int) -> Response:
    return JSONResponse(body, status, {"Cache-Control": "no-store", "Pragma": "no-cache"})


ROUTES = [Route("/auth/o2/token", token, methods=["POST"])]
