"""Answers leave at once.

Streamlit opens its socket without naming TCP as its protocol; asyncio then takes it for something
else and leaves Nagle's algorithm on. An answer goes out in two writes, its head and its body, and
the second waits until the browser acknowledges the first: some 40 ms for each of a screen's hundred
scripts.
"""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OPEN_FILES = Path("/dev/fd")


def send_at_once() -> None:
    """Switches Nagle's algorithm off where this process listens; connections inherit that."""
    for listening in _listening():
        with listening:
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _listening() -> Iterator[socket.socket]:
    """A second handle of each TCP socket that takes connections."""
    for name in os.listdir(OPEN_FILES) if OPEN_FILES.is_dir() else ():
        # The handle that lists the folder is among the names, and closed by now.
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            found = socket.socket(fileno=os.dup(int(name)))
            of_tcp = found.family in (socket.AF_INET, socket.AF_INET6)
            if of_tcp and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield found
            else:
                found.close()
