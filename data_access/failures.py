"""Unforeseen failures, as far as a log may tell of them."""

import traceback
from pathlib import Path


def where(error: Exception) -> dict[str, str]:
    """An error for the log: its kind and place, but not its text, which may quote an address."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return {"error": type(error).__name__, "at": f"{Path(last.filename).name}:{last.lineno}"}
