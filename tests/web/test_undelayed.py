"""What the desk writes leaves at once, though Streamlit made the socket."""

import socket

import pytest

from web.undelayed import send_at_once


@pytest.mark.parametrize(
    ("family", "here"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_connection_waits_for_no_acknowledgement(family, here):
    # As Streamlit makes it, with no word of TCP.
    with socket.socket(family=family) as listening, socket.socket(family=family) as silent:
        try:
            listening.bind((here, 0))
        except OSError:
            pytest.skip("this machine knows no such addresses")
        listening.listen()
        send_at_once()
        with socket.create_connection(listening.getsockname()[:2]):
            connection, _ = listening.accept()
            with connection:
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not silent.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_without_such_a_list_of_open_files_nothing_happens(monkeypatch, tmp_path):
    monkeypatch.setattr("web.undelayed.OPEN_FILES", tmp_path / "none")
    send_at_once()
