"""A MariaDB server for the time of the tests."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest

SERVER = shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin")
INSTALL = shutil.which("mariadb-install-db")


@contextmanager
def running_mariadb(home: Path) -> Iterator[str]:
    """A server on a socket of its own; yields the URL of an empty database."""
    if SERVER is None or INSTALL is None:
        pytest.skip("no mariadbd here; on Debian: apt-get install mariadb-server")
    data, socket = home / "data", home / "socket"
    user = ["--user=root"] if os.geteuid() == 0 else []
    subprocess.run(
        [INSTALL, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
        + user,
        check=True,
        capture_output=True,
    )
    process = subprocess.Popen(
        [SERVER, "--no-defaults", f"--datadir={data}", f"--socket={socket}", "--skip-networking"]
        + [f"--pid-file={home / 'pid'}", *user],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        connection = _connected(process, socket)
        with connection, connection.cursor() as cursor:
            cursor.execute("CREATE DATABASE shop CHARACTER SET utf8mb4")
        yield f"mariadb://root@localhost/shop?unix_socket={socket}"
    finally:
        process.terminate()
        process.wait(30)


def _connected(process: subprocess.Popen, socket: Path) -> pymysql.Connection:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            return pymysql.connect(unix_socket=str(socket), user="root")
        except pymysql.err.OperationalError:
            time.sleep(0.1)
    raise RuntimeError("mariadbd did not start")
