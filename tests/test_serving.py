"""A test's own server: where it may listen, and what is told when it does not answer."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tenacity import stop_after_attempt

from tests import serving
from tests.serving import free_port, wait_until_served


def test_no_connection_of_this_machine_is_given_the_port():
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert free_port() + 1 < lowest


@pytest.mark.parametrize("beside", [0, 1])
def test_neither_the_port_nor_the_one_after_it_is_somebody_s(beside):
    following = free_port() + 2
    with socket.create_server(("127.0.0.1", following + beside)):
        assert free_port() == following + 2


def test_a_server_that_ends_is_told_at_once_with_its_last_words(tmp_path):
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen([sys.executable, "-c", "exit('no such port')"], stderr=output)
    with pytest.raises(AssertionError, match=r"ended with 1\nno such port"):
        wait_until_served(f"http://127.0.0.1:{free_port()}", process, log)


def test_ctrl_c_ends_the_wait(monkeypatch):
    asked = []

    def interrupted(url, timeout):
        asked.append(url)
        raise KeyboardInterrupt

    monkeypatch.setattr(serving, "urlopen", interrupted)
    monkeypatch.setattr(serving._answer.retry, "stop", stop_after_attempt(2))
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with pytest.raises(KeyboardInterrupt):
        wait_until_served("http://127.0.0.1:1", process)
    process.communicate(b"\n")
    assert len(asked) == 1
