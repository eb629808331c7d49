"""What the screen of what lapses cost shows, read by its tests."""

import pandas as pd
from streamlit.testing.v1 import AppTest

from data_access.export import Export, read_export
from tests.conftest import NOW

MIDNIGHT = NOW.replace(hour=0, minute=0)
TODAY = MIDNIGHT.date().isoformat()
"""As an address says it; the figures are then those of MIDNIGHT."""


def compared(page: AppTest) -> pd.DataFrame:
    """The scenarios side by side."""
    return page.table[0].value


def number(text: str) -> float:
    """A figure of the screen as a number."""
    return float(text.strip("*").replace(",", "").removeprefix("€"))


def exports(page: AppTest) -> dict[str, Export]:
    """What the page's export links ask for, by kind."""
    links = [link.proto.url for link in page.get("link_button")]
    asked = [read_export(link.rpartition("/")[2]) for link in links if "/export/" in link]
    return {each.kind: each for each in asked}
