"""Serves the desk, in demo mode with the local Amazon beside it, until it is told to stop."""

import os
import signal
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit

from data_access.message_templates import check_templates
from data_access.settings import ROOT, settings
from web.reachable import CannotServe

STAND_IN_ADDRESS = "127.0.0.1"
"""It has no other: amazon_stand_in.__main__.HOST."""

OF_THE_SERVER = {
    # The server itself believes any proxy on this machine; web.proxies those of the settings.
    "FORWARDED_ALLOW_IPS": "",
    # Each run of a screen is a thread. On Linux threads get areas of memory to themselves, and what
    # one frees stays with its area: ten open tabs hold 20 MB more than they use. A few do for all.
    "MALLOC_ARENA_MAX": "2",
}
"""Environment of the process that serves the screens."""


def serve(address: str, port: int) -> int:
    """Runs until interrupted; returns the exit code of the desk. Raises CannotServe,
    TemplatesWrong.

    Who may come to that address is asked before: web.reachable.check_who_may_come.
    """
    check_templates()
    _check_free(address, port, "the desk")
    environment = {**os.environ, **OF_THE_SERVER}
    served_at = f"http://{f'[{address}]' if ':' in address else address}:{port}"
    if "public_url" not in settings().model_fields_set:
        environment["DESK_PUBLIC_URL"] = served_at
    if settings().mode == "demo" and "stand_in_url" not in settings().model_fields_set:
        # Sellers are invented, and so is their Amazon: it stays on this machine.
        _check_free(STAND_IN_ADDRESS, port + 1, "the local Amazon")
        environment["DESK_STAND_IN_URL"] = f"http://{STAND_IN_ADDRESS}:{port + 1}"
    print(f"Renewal Desk: {served_at}", flush=True)
    beside: list[subprocess.Popen] = []
    try:
        if settings().mode == "demo":
            beside.append(_start_stand_in(environment))
        desk = subprocess.Popen(
            [
                sys.executable,
                *("-m", "streamlit", "run", "dashboard.py"),
                *("--server.address", address, "--server.port", str(port)),
            ],
            cwd=ROOT,
            env=environment,
            # Ctrl+C is for us; it must not reach them all at once.
            start_new_session=True,
        )
        beside.append(desk)
        stop = _Stop(desk)
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, stop)
        code = desk.wait()
        return 0 if stop.asked else code
    except KeyboardInterrupt:
        return 0
    finally:
        # The local Amazon last: callbacks that are finished need it.
        for process in reversed(beside):
            process.terminate()
            process.wait()


class _Stop:
    """What a signal does: the first lets the desk finish what it has begun, the second ends it."""

    def __init__(self, desk: subprocess.Popen) -> None:
        self._desk = desk
        self.asked = False

    def __call__(self, *_: object) -> None:
        if self.asked:
            self._desk.kill()
            return
        self.asked = True
        print("Stopping; what is under way is finished first. Ctrl+C again ends it.", flush=True)
        self._desk.terminate()
        patience = threading.Timer(settings().stop_seconds, self._desk.kill)
        patience.daemon = True
        patience.start()


def _start_stand_in(environment: dict[str, str]) -> subprocess.Popen:
    url = environment.get("DESK_STAND_IN_URL", settings().stand_in_url)
    stand_in_port = str(urlsplit(url).port or 80)
    switches = _switches(environment.get("DESK_PUBLIC_URL", settings().public_url))
    return subprocess.Popen(
        [sys.executable, "-m", "amazon_stand_in", "--port", stand_in_port, *switches],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )


def _switches(public: str) -> list[str]:
    """What the local Amazon must know of our application, as at the real one."""
    known = {
        "login_uri": f"{public}/amazon/login",
        "redirect_uris": f"{public}/amazon/callback",
        "application_name": settings().application_name,
        "application_id": settings().application_id,
        "client_id": settings().client_id,
        # Any secret will do there: a command line is no place for one.
        "client_secret": "",
    }
    return [word for name, value in known.items() for word in ("--set", f"{name}={value}")]


def _check_free(address: str, port: int, whose: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise CannotServe(
                f"Port {port} of {address}, for {whose}, cannot be used ({error.strerror}). "
                "Take other ones: make run PORT=8600"
            ) from None
