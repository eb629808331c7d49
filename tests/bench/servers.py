"""Desks and what stands beside them, each a process of its own, and what they weigh."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from data_access.settings import ROOT
from tests.serving import free_port, wait_until_served
from web.serving import OF_THE_SERVER

EMPTY = Path(__file__).parent / "empty_page.py"
KEYS = {"DESK_LINK_KEY": "k" * 40, "DESK_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
"""The same for all: several may serve one database."""


@contextmanager
def started(
    command: Sequence[str | Path], alive: str = "/", **environment: str
) -> Iterator[tuple[str, int]]:
    """Address and process id of a server; it answers at `alive`.

    {port} and {address} stand for its own in the command and the environment.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"

    def filled(text: str | Path) -> str:
        return str(text).replace("{port}", str(port)).replace("{address}", address)

    process = subprocess.Popen(
        [filled(word) for word in command],
        cwd=ROOT,
        env={**os.environ, **{name: filled(value) for name, value in environment.items()}},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_served(address + alive, process)
        yield address, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@contextmanager
def running(script: str | Path, **environment: str) -> Iterator[tuple[str, int]]:
    """A served Streamlit script."""
    command = (sys.executable, "-m", "streamlit", "run", script, "--server.port", "{port}")
    given = {"DESK_PUBLIC_URL": "{address}", **environment}
    with started(command, "/_stcore/health", **given) as served:
        yield served


@contextmanager
def desk(url: str) -> Iterator[tuple[str, int]]:
    """The desk over a database."""
    with running("dashboard.py", DESK_DATABASE_URL=url, **KEYS, **OF_THE_SERVER) as served:
        yield served


def megabytes(pid: int) -> float:
    """What a process holds in memory, in MB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1_000


def cpu_seconds(pid: int) -> float:
    """The processor time of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
