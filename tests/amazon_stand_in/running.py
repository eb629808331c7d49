"""The local Amazon on a free port of this machine, for any test that needs somebody to call.

with running_stand_in(latency_seconds=0) as amazon:
    httpx.post(f"{amazon.base_url}/auth/o2/token", data=...)
    amazon.set(fail_next=2)
    amazon.advance(days=366)
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import uvicorn

from amazon_stand_in.application import create_app
from amazon_stand_in.stand_in import StandIn

# One for all: every httpx.get() of its own would read the machine's certificates again.
http = httpx.Client()
CLIENT = {"client_id": "amzn1.application-oa2-client.demo", "client_secret": "demo"}


class RunningStandIn(StandIn):
    """A StandIn that is being served: ``base_url`` is where; all else is inherited."""

    base_url = ""

    def token(self, **fields: str) -> httpx.Response:
        """What LWA answers to these fields, with the client's own added unless given."""
        return http.post(f"{self.base_url}/auth/o2/token", data={**CLIENT, **fields})

    def access_token(self, selling_partner_id: str = "A1SELLER", scope: str = "EU") -> str:
        """An access token of a seller whose authorization is good."""
        refresh_token = self.refresh_token(selling_partner_id, scope)
        answer = self.token(grant_type="refresh_token", refresh_token=refresh_token)
        return answer.json()["access_token"]

    def consent_url(self, **query: str) -> str:
        """A consent link without a host segment; ``state`` and the like can be given."""
        asked = {"application_id": "amzn1.sp.solution.demo", "state": "st", **query}
        asked.setdefault("redirect_uri", "https://desk.example/amazon/callback")
        return f"{self.base_url}/apps/authorize/consent?{urlencode(asked)}"

    def consent(self, url: str, selling_partner_id: str) -> tuple[str, dict[str, str]]:
        """Go through sign-in and consent of a link as a browser would, ticking the box.

        Gives the URL one is redirected to, and its query; raises if there is no redirect.
        """
        page = http.post(url, data={"step": "sign_in", "as": selling_partner_id})
        page.raise_for_status()
        form = {
            "step": "confirm",
            "agree": "on",
            "selling_partner_id": selling_partner_id,
            "started": str(self.now()),
        }
        answer = http.post(url, data=form)
        if answer.status_code != 303:
            raise AssertionError(f"no redirect but {answer.status_code}: {answer.text}")
        target = answer.headers["location"]
        return target, dict(parse_qsl(urlsplit(target).query))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def running_stand_in(**settings: Any) -> Iterator[RunningStandIn]:
    """Serve a stand-in with these settings until the block ends.

    Takes what ``create_app`` takes. Gives it when it answers; raises RuntimeError if it never does.
    """
    stand_in = RunningStandIn(**settings)
    config = uvicorn.Config(create_app(stand_in), log_level="warning", access_log=False)
    server = _Server(config)
    # Named TCP, or asyncio would not turn Nagle's algorithm off: 40 ms an answer.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        stand_in.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="stand-in", daemon=True
        )
        thread.start()
        if not server.ready.wait(timeout=20):
            raise RuntimeError("The stand-in did not start.")
        try:
            yield stand_in
        finally:
            # Do not wait for requests that hang: hanging is one of its switches.
            server.should_exit = server.force_exit = True
            thread.join(timeout=20)
