"""Cron on two machines at the same minute: the team gets one digest."""

import os
import subprocess
import sys

import pytest

from data_access import schema
from data_access.settings import ROOT
from tests.accounts import rows
from tests.mailing import mail_settings, postbox


@pytest.fixture
def command(database, tmp_path):
    """Starts `manage.py digest` for a team of two; also gives the mail server."""
    if database.dialect.name != "postgresql":
        pytest.skip("several processes share a PostgreSQL")
    with postbox() as box:
        environment = mail_settings(
            box,
            DESK_DIGEST_TO="anna@vendor.example,ben@vendor.example",
            DESK_DIGEST_HOUR="0",
            DESK_DIGEST_DAYS="mon,tue,wed,thu,fri,sat,sun",
            DESK_LINK_KEY="k" * 40,
            DESK_DATABASE_URL=database.url.render_as_string(hide_password=False),
        )

        def start() -> subprocess.Popen:
            return subprocess.Popen(
                [sys.executable, "manage.py", "digest"],
                cwd=ROOT,
                env=os.environ | environment,
                stdout=subprocess.PIPE,
                text=True,
            )

        yield start, box


def test_of_two_real_processes_the_team_gets_one_digest(command, database):
    start, box = command
    both = [start(), start()]
    said = [each.communicate(timeout=150)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    assert sorted(mail["To"] for mail in box.got) == ["anna@vendor.example", "ben@vendor.example"]
    assert [m.state for m in rows(database, schema.message)] == ["sent", "sent"]
