"""Without a login the desk is for this machine alone, and says so."""

import subprocess
import sys

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from websockets.exceptions import InvalidStatus

from data_access.settings import ROOT
from pages.parts.places import PAGES
from tests.forgetting import forget
from tests.signing_in import LoginDesk, served_desk
from tests.web.speaking_streamlit import open_tab
from web.access import PASSED_ON
from web.login_gate import LoginGate
from web.reachable import CannotServe, check_who_may_come

HERE, ELSEWHERE = ("127.0.0.1", 40_000), ("203.0.113.7", 40_000)
LOGIN = {
    "DESK_OIDC_METADATA_URL": "http://localhost:9/.well-known/openid-configuration",
    "DESK_OIDC_CLIENT_ID": "desk",
    "DESK_OIDC_CLIENT_SECRET": "secret",
    "DESK_ROLES": '{"agent": ["*@vendor.example"]}',
}
ADDRESSES = ["/", "/account?id=1", "/export/x", "/media/x", "/_stcore/host-config", "/sign-in"]
STARTS = [
    ("uvicorn", "dashboard:app", "--port", "0", "--host"),
    ("streamlit", "run", "dashboard.py", "--server.port", "0", "--server.address"),
]


@pytest.fixture
def set_to(monkeypatch):
    """Sets settings for the rest of a test."""

    def change(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        forget()

    change()
    yield change
    monkeypatch.undo()
    forget()


def asking(client: tuple[str, int], host: str = "127.0.0.1") -> TestClient:
    """Somebody at `client` in front of the gate, behind which everything says "in"."""

    async def inside(_request):
        return PlainTextResponse("in")

    routes = [Route("/{rest:path}", inside)]
    app = Starlette(routes=routes, middleware=[Middleware(LoginGate)])
    return TestClient(app, f"http://{host}", client=client, follow_redirects=False)


@pytest.fixture(scope="module")
def demo_desk(login_desk: LoginDesk, tmp_path_factory) -> LoginDesk:
    """The same sellers, served without a login."""
    environment = {k: v for k, v in login_desk.environment.items() if "OIDC" not in k}
    log = tmp_path_factory.mktemp("demo") / "log"
    with served_desk(login_desk.engine, environment, log) as desk:
        yield desk


@pytest.mark.parametrize("path", ADDRESSES)
def test_this_machine_is_let_in_and_no_other(set_to, path):
    assert asking(HERE).get(path).text == "in"
    assert asking(("::1", 1), "localhost").get(path).text == "in"
    for client, host in [(ELSEWHERE, "127.0.0.1"), (HERE, "evil.example"), (HERE, "203.0.113.9")]:
        answer = asking(client, host).get(path)
        assert (answer.status_code, answer.text == "in") == (403, False)
        assert "for this machine alone" in answer.text


@pytest.mark.parametrize("header", PASSED_ON)
def test_what_a_proxy_here_passes_on_is_not_from_here(set_to, header):
    assert asking(HERE).get("/", headers={header: "127.0.0.1"}).status_code == 403


def test_the_sellers_pages_are_for_everybody(set_to):
    assert asking(ELSEWHERE, "desk.example").get("/renew/x").text == "in"


def test_a_login_without_tls_lets_nobody_else_in(set_to):
    set_to(**LOGIN, DESK_PUBLIC_URL="http://127.0.0.1:8501")
    assert asking(ELSEWHERE, "desk.example").get("/sign-in").status_code == 403
    set_to(DESK_PUBLIC_URL="https://desk.example")
    assert asking(ELSEWHERE, "desk.example").get("/sign-in").text == "in"
    assert asking(ELSEWHERE, "desk.example").get("/account").status_code == 401


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "desk.example", ""])  # noqa: S104
def test_another_address_needs_a_login_and_tls(set_to, address):
    with pytest.raises(CannotServe, match="no login is set up"):
        check_who_may_come(address)
    set_to(**LOGIN, DESK_PUBLIC_URL="http://127.0.0.1:8501")
    with pytest.raises(CannotServe, match="no https"):
        check_who_may_come(address)
    set_to(DESK_PUBLIC_URL="https://desk.example")
    check_who_may_come(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_needs_none(set_to, address):
    check_who_may_come(address)


def test_however_it_is_started_elsewhere_it_refuses(demo_desk: LoginDesk):
    started = [
        subprocess.Popen(
            [sys.executable, "-m", *start, "0.0.0.0"],  # noqa: S104
            cwd=ROOT,
            env=demo_desk.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for start in STARTS
    ]
    for process in started:
        said, _ = process.communicate(timeout=60)
        assert "0.0.0.0 can be reached from other machines, and no login is set up" in said
        assert process.returncode != 0


def test_every_screen_says_that_there_is_no_login(demo_desk: LoginDesk):
    names = {p.stem for p in PAGES.glob("*.py")} - {"__init__", "navigation", "accounts"}
    pages = ["", *(name.replace("data_doctor", "data").replace("_", "-") for name in names)]
    for page in pages:
        with open_tab(demo_desk.url, {}) as tab:
            assert b"Demo, no login" in tab.run(page, "id=1"), page


def test_a_page_that_lures_a_browser_here_by_its_own_name_gets_nothing(demo_desk: LoginDesk):
    port = demo_desk.url.rpartition(":")[2]
    lured = {"host": f"evil.example:{port}"}
    assert httpx.get(demo_desk.url, headers=lured).status_code == 400
    with pytest.raises(InvalidStatus), open_tab(demo_desk.url, {}, origin="http://evil.example"):
        pass
