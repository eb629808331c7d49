"""Settings of the login: who is asked who somebody is, and what they may do."""

from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    model_validator,
)
from pydantic_settings import NoDecode

from data_access import settings_checks as checks
from data_access.settings_addresses import SafeUrl
from rules.acts import Role

EXAMPLE = '{"admin": ["boss@vendor.example"], "agent": ["*@vendor.example"]}'


def _roles(value: dict) -> dict[Role, tuple[str, ...]]:
    if set(value) - {*Role}:
        raise ValueError(f"has a role that is none of {', '.join(Role)}")
    for listed in value.values():
        if not isinstance(listed, list) or not all(isinstance(v, str) and v for v in listed):
            raise ValueError(f"must have a list of texts per role, as {EXAMPLE}")
    return {Role(role): tuple(listed) for role, listed in value.items()}


def _asks_who_it_is(value: str) -> str:
    if "openid" not in value.split():
        raise ValueError("must have openid in it, as openid email profile has")
    return value


Roles = Annotated[
    # The one that stands last is the first to be asked.
    dict[Role, tuple[str, ...]],
    NoDecode,
    BeforeValidator(_roles),
    checks.json_object(EXAMPLE),
]


class LoginSettings(BaseModel):
    """The settings of the login. Without a provider there is none."""

    oidc_metadata_url: SafeUrl = Field(
        "",
        description="The sign-in provider (OpenID Connect), as "
        "https://login.example/.well-known/openid-configuration; empty: no login",
    )
    oidc_client_id: str = Field("", description="The desk's client id at the provider")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="The desk's client secret at the provider"
    )
    oidc_scope: Annotated[str, AfterValidator(_asks_who_it_is)] = Field(
        "openid email profile", description="What the provider is asked for"
    )
    cookie_secret: checks.LinkKey = Field(
        None,
        description="Signs the cookies of a sign-in under way; 32 characters or more, the same for "
        "all processes. Made at first start if unset",
    )
    roles: Roles = Field(
        {},
        description=f"Who has which role, as JSON: {EXAMPLE}; with DESK_ROLE_CLAIM values of that "
        "claim",
    )
    role_claim: str = Field(
        "",
        description="The claim that gives the role, as groups or realm_access.roles; empty: "
        "the e-mail address",
    )
    role_contact: str = Field("", description="Whom people without a role should ask")
    session_hours: float = Field(12, gt=0, le=720, description="How long one stays signed in")
    session_idle_minutes: float = Field(
        # What is in use is noted once a minute only (data_access.login_sessions.SEEN_EVERY).
        60,
        ge=2,
        # As long as a session may last.
        le=720 * 60,
        description="Without any open tab for so long, one is signed out",
    )

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        given = {
            "DESK_OIDC_METADATA_URL": bool(self.oidc_metadata_url),
            "DESK_OIDC_CLIENT_ID": bool(self.oidc_client_id),
            "DESK_OIDC_CLIENT_SECRET": bool(self.oidc_client_secret.get_secret_value()),
        }
        if any(given.values()) and not all(given.values()):
            missing = [name for name, is_given in given.items() if not is_given]
            raise ValueError(f"A login also needs {', '.join(missing)}")
        if self.login and not any(self.roles.values()):
            raise ValueError("A login needs DESK_ROLES, or nobody may enter")
        return self

    @property
    def login(self) -> bool:
        """Whether people have to sign in."""
        return bool(self.oidc_metadata_url)
