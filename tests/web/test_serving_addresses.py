"""`manage.py serve` takes the addresses that the gate lets it serve."""

import os
import signal
import subprocess
import sys
from urllib.request import urlopen

from data_access.settings import ROOT
from tests.serving import answers_at, free_port, wait_until_served
from tests.waiting import wait_until


def test_the_desk_is_served_over_ipv6_with_the_local_amazon_beside_it(tmp_path):
    port = free_port()
    # Nothing of a desk that other tests have set up.
    environment = {name: at for name, at in os.environ.items() if not name.startswith("DESK_")}
    environment["DESK_DATABASE_URL"] = f"sqlite:///{tmp_path}/desk.sqlite"
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--address", "::1", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until_served(f"http://[::1]:{port}/healthz", process, log)
        with urlopen(f"http://[::1]:{port}/", timeout=20) as answer:
            assert b"<html" in answer.read()
        wait_until(lambda: answers_at(port + 1), 60)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
