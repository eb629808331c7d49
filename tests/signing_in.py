"""A sign-in provider, a desk that asks it, and people who come: what tests of the login share."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from cryptography.fernet import Fernet
from oidc_provider_mock import User, run_server_in_thread
from sqlalchemy import Engine

from data_access import demo
from data_access.database import make_engine
from data_access.migrate import migrate
from data_access.settings import ROOT
from tests.conftest import NOW
from tests.serving import free_port, wait_until_served

VISIT = {"accept": "text/html", "sec-fetch-mode": "navigate"}
SELLERS = 5

WITH_LOGIN = {
    "DESK_OIDC_METADATA_URL": "https://login.example/.well-known/openid-configuration",
    "DESK_OIDC_CLIENT_ID": "desk",
    "DESK_OIDC_CLIENT_SECRET": "s" * 40,
    "DESK_COOKIE_SECRET": "c" * 40,
    "DESK_ROLES": '{"agent": ["*@vendor.example"]}',
}
"""Settings of a login whose provider nobody asks."""

ROLES = {
    "admin": ["boss@vendor.example"],
    "agent": ["anna@vendor.example"],
    "viewer": ["*@vendor.example"],
}
PEOPLE = [
    User(sub=name, claims={"email": f"{name}@{domain}", "email_verified": verified})
    for name, domain, verified in (
        ("boss", "vendor.example", True),
        ("anna", "vendor.example", True),
        ("vera", "vendor.example", True),
        ("otto", "vendor.example", True),
        ("liar", "vendor.example", False),
        ("stranger", "elsewhere.example", True),
    )
]


GROUPS = {"admin": ["desk-admins"], "agent": ["support"]}
"""Who has which role where a claim gives it, and what the provider says of whom."""
MEMBERS = [
    User(sub=name, claims={"email": f"{name}@vendor.example", **said})
    for name, said in {
        "lead": {"groups": ["staff", "support", "desk-admins"]},
        "kim": {"groups": "support"},
        "deep": {"groups": {"roles": ["support"]}},
        "temp": {"groups": ["staff", "Desk-Admins-Alumni", "support ", "admin"]},
        "admin": {"role": "admin", "roles": ["admin", "desk-admins"]},
        "desk-admins": {},
    }.items()
]


def led_to(answer: httpx.Response) -> str:
    """Where an answer sends the browser, by a redirect or by a page that leads on."""
    return answer.headers.get("location") or answer.headers["refresh"].removeprefix("0; url=")


@dataclass
class LoginDesk:
    """A desk with a login, in a process of its own."""

    url: str
    engine: Engine
    environment: dict[str, str]
    log: Path


@dataclass
class Guest:
    """A browser without script: its cookies, and what it saw."""

    desk: LoginDesk
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.desk.url, timeout=60)

    def visit(self, path: str) -> httpx.Response:
        """Opens a page as somebody does who types its address in; follows nothing."""
        return self.http.get(path, headers=VISIT)

    def go_to_provider(self, path: str = "/") -> str:
        """From an address of the desk to the provider's own; its address."""
        begun = self.http.get("/sign-in/begin", params={"next": path})
        return self.http.get(begun.headers["location"]).headers["location"]

    def sign_in(self, who: str, path: str = "/", **answer: str) -> httpx.Response:
        """The whole way through the provider; what the desk answers when one comes back."""
        asked = self.go_to_provider(path)
        back = httpx.post(asked, data=answer or {"sub": who}).headers["location"]
        return self.http.get(back, headers=VISIT)


@contextmanager
def login_desk(home: Path) -> Iterator[LoginDesk]:
    """A provider, and a desk over five invented sellers that asks it who comes."""
    engine = make_engine(f"sqlite:///{home / 'desk.sqlite'}")
    migrate(engine)
    demo.fill(SELLERS, 4, NOW, of=engine)
    with run_server_in_thread(user_claims=[*PEOPLE, *MEMBERS]) as provider:
        metadata = f"http://localhost:{provider.server_port}/.well-known/openid-configuration"
        environment = {
            **os.environ,
            "DESK_DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "DESK_LINK_KEY": "k" * 40,
            "DESK_COOKIE_SECRET": "c" * 40,
            "DESK_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "DESK_OIDC_METADATA_URL": metadata,
            "DESK_OIDC_CLIENT_ID": "desk",
            "DESK_OIDC_CLIENT_SECRET": "the-secret-of-the-desk",
            "DESK_ROLES": json.dumps(ROLES),
            "DESK_ROLE_CONTACT": "it@vendor.example",
        }
        with served_desk(engine, environment, home / "log") as desk:
            yield desk
    engine.dispose()


@contextmanager
def served_desk(engine: Engine, environment: dict[str, str], log: Path) -> Iterator[LoginDesk]:
    """One process of the desk, without the local Amazon, until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    public = environment.get("DESK_PUBLIC_URL", url)
    where = ("--server.address", "127.0.0.1", "--server.port", str(port))
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "dashboard.py", *where],
            cwd=ROOT,
            env={**environment, "DESK_PUBLIC_URL": public},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_served(f"{url}/_stcore/health", process, log)
        yield LoginDesk(url, engine, environment, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)
