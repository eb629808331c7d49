"""The examples of web/deployment: read by the programs they are for, where those are installed."""

import re
import shutil
import subprocess
from configparser import ConfigParser

import pytest
from typer.main import get_command

from data_access.settings import ROOT
from web.command_line import app

FOLDER = ROOT / "web" / "deployment"
UNITS = ("desk@.service", "remind.service", "remind.timer")


def unit(name: str) -> ConfigParser:
    """A unit file's sections."""
    read = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    read.optionxform = str
    read.read_string((FOLDER / name).read_text())
    return read


def test_the_readme_names_every_file():
    readme = (ROOT / "README.md").read_text("utf-8")
    missing = [each.name for each in FOLDER.iterdir() if each.name not in readme]
    assert missing == []


@pytest.mark.parametrize("name", UNITS)
def test_systemd_understands_the_units(name, tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for each in UNITS:
        # What it starts, and who starts it, are not on this machine.
        text = re.sub(
            "ExecStart=/opt/desk/.venv/bin/python",
            "ExecStart=/bin/true",
            (FOLDER / each).read_text(),
        )
        (tmp_path / each).write_text(text)
    named = tmp_path / name.replace("@.", "@8501.")
    if named.name != name:
        (tmp_path / name).rename(named)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(named)], capture_output=True, text=True
    )
    said = [line for line in done.stderr.splitlines() if str(tmp_path) in line or name in line]
    assert said == []


@pytest.mark.parametrize("name", ["desk@.service", "remind.service"])
def test_units_call_commands_that_exist(name):
    words = unit(name)["Service"]["ExecStart"].split()
    assert words[1] == "manage.py" and words[2] in get_command(app).commands


def test_systemd_waits_longer_for_a_stop_than_the_desk_itself():
    from data_access.settings import Settings

    assert (
        int(unit("desk@.service")["Service"]["TimeoutStopSec"])
        > Settings.model_fields["stop_seconds"].default
    )


def test_nginx_understands_its_configuration(tmp_path):
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if nginx is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=desk",
            "-keyout",
            str(tmp_path / "privkey.pem"),
            "-out",
            str(tmp_path / "fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )
    text = (FOLDER / "nginx.conf").read_text()
    text = text.replace("/etc/ssl/desk", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {text} }}")
    done = subprocess.run(
        [nginx, "-t", "-c", str(whole), "-e", str(tmp_path / "error.log")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_nginx_passes_websockets_keeps_a_screen_at_its_process_and_logs_no_tokens():
    text = (FOLDER / "nginx.conf").read_text()
    assert text.count("{") == text.count("}")
    assert "ip_hash;" in text and "proxy_set_header Upgrade $http_upgrade;" in text
    log = re.search(r"log_format desk '(.*)'", text)[1]
    assert "$request " not in f"{log} " and "$request_uri" not in log and "$args" not in log
    for server in re.split(r"^server ", text, flags=re.MULTILINE)[1:]:
        assert "access_log /var/log/nginx/desk.log desk;" in server
        # Below that nginx writes the whole request, code and all, when no process answers.
        assert re.search(r"error_log \S+ crit;", server)


def test_the_container_installs_what_serving_needs_and_starts_the_desk():
    text = (FOLDER / "Containerfile").read_text()
    requirements = (ROOT / "requirements.txt").read_text()
    assert "# The tests." in requirements
    assert "streamlit" in requirements.split("# The tests.")[0]
    assert '"manage.py", "serve"' in text and "USER desk" in text


def test_the_container_holds_the_program_and_nothing_that_lies_beside_it():
    text = (FOLDER / "Containerfile").read_text()
    copied = [line.split() for line in text.splitlines() if line.startswith("COPY ")]
    named = {each for words in copied for each in words[1:-1] if not each.startswith("--")}
    folders = [words for words in copied if (ROOT / words[-2]).is_dir()]
    # Of a folder only the content is copied, into the one that is named last.
    assert all(words[-1] == words[-2] for words in folders)
    program = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    # No key, database, setting or environment that make run or a developer has left here.
    assert named == {"requirements.txt", ".streamlit", "dashboard.py", "manage.py", *program}
