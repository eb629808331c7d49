"""A small application whose sessions are those of the desk, for a page of a test's own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data_access.settings import ROOT
from tests.bench.servers import running

APP = """
from contextlib import asynccontextmanager
import streamlit as st
from web.vain_questions import QuietTabs
from web.whole_runs import open_sessions_as

@asynccontextmanager
async def lifespan(_):
    open_sessions_as(QuietTabs)
    yield

app = st.App("page.py", lifespan=lifespan)
"""


@contextmanager
def served(page: str, folder: Path) -> Iterator[str]:
    """The address at which the script of a page is served; both files are written to a folder."""
    (folder / "app.py").write_text(APP)
    (folder / "page.py").write_text(page)
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    with running(folder / "app.py", PYTHONPATH=path) as (address, _):
        yield address
