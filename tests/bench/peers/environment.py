"""The environment of the peers, made at first use and again when their versions change."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements.txt"
FOLDER = Path(".desk/bench/peers-venv").resolve()


def peers_python() -> Path:
    """The Python that has the peers' packages; installs them where it lacks them."""
    stamp, python = FOLDER / "installed.txt", FOLDER / "bin" / "python"
    wanted = f"{sys.version}\n{REQUIREMENTS.read_text(encoding='utf-8')}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    print("installing the peers ...", flush=True)
    shutil.rmtree(FOLDER, ignore_errors=True)
    venv.create(FOLDER, with_pip=True)
    subprocess.run(
        [python, "-m", "pip", "install", "-qq", "--requirement", REQUIREMENTS], check=True
    )
    stamp.write_text(wanted, encoding="utf-8")
    return python
