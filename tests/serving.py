"""Servers that a test starts as processes of their own: where they listen, and when they answer."""

import os
import socket
import subprocess
from itertools import cycle
from pathlib import Path
from urllib.request import urlopen

from tenacity import (
    retry,
    retry_if_exception_type,
    retry_if_not_exception_type,
    stop_after_delay,
    wait_fixed,
)

PATIENCE = 90
"""Seconds; a start takes four, and some more while other tests keep both processors busy."""

# Outside pytest-xdist, for one: the bench, there is one process, and it takes the last stretch.
_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw9").removeprefix("gw")) % 10
_first = 10_000 + 2_000 * _process
_pairs = cycle(range(_first, _first + 2_000, 2))


def free_port() -> int:
    """A port of this machine at which nothing answers, free together with the one after it, where
    the local Amazon listens.

    Each call gives another one, and each process of the tests has its own. None is of those that
    the system gives to connections (Linux: from 32,768, others: from 49,152): in the seconds until
    a server listens, anybody's connection could be given it.
    """
    return next(port for port in _pairs if _is_free(port) and _is_free(port + 1))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_until_served(url: str, process: subprocess.Popen, log: Path | None = None) -> None:
    """Returns as soon as a process answers at an address of its own.

    log: what it writes
    Raises AssertionError, with the end of the log, once it has ended or its time is up.
    """
    try:
        _answer(url, process)
    except OSError as error:
        said = log.read_text(encoding="utf-8", errors="replace")[-2_000:] if log else ""
        raise AssertionError(f"{url} does not answer: {error}\n{said}") from None


@retry(
    # Not what ends a run, as Ctrl+C does.
    retry=retry_if_exception_type(Exception) & retry_if_not_exception_type(ChildProcessError),
    stop=stop_after_delay(PATIENCE),
    wait=wait_fixed(0.2),
    reraise=True,
)
def _answer(url: str, process: subprocess.Popen) -> None:
    if process.poll() is not None:
        raise ChildProcessError(f"the process has ended with {process.returncode}")
    with urlopen(url, timeout=5):  # noqa: S310
        return


def answers_at(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
