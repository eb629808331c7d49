"""Where the screens are, as files: links between pages name them whatever script runs them."""

from pathlib import Path

PAGES = Path(__file__).resolve().parent.parent

TODAY = PAGES / "today.py"
ACCOUNTS = PAGES / "accounts.py"
ACCOUNT = PAGES / "account.py"
MESSAGES = PAGES / "messages.py"
DATA = PAGES / "data_doctor.py"
AUDIT = PAGES / "audit.py"
SYNC_EFFECT = PAGES / "sync_effect.py"
WORKLOAD = PAGES / "workload.py"
