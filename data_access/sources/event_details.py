"""What the events of a run tell, as JSON."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from data_access.bulk import iso_texts

_json = json.JSONEncoder(ensure_ascii=False)


def json_details(changes: dict[str, tuple[Any, Any]]) -> str:
    """The details of an event: for each column what it was and what it is."""
    said = {
        name: {"before": _jsonable(before), "after": _jsonable(after)}
        for name, (before, after) in changes.items()
    }
    return _json.encode(said)


def _jsonable(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


_NEW = json_details({"account": (None, "new")})
# A moment holds nothing that JSON would write otherwise.
_BEFORE, _AFTER = json_details({"granted_at": (None, "%s")}).split("%s")


def details_of_new(granted_at: Sequence[datetime | None]) -> list[str]:
    """The details of the first event of each of some new accounts."""
    return [_NEW if said is None else f"{_BEFORE}{said}{_AFTER}" for said in iso_texts(granted_at)]
