"""The append-only history of what happened to an account."""

import json
from datetime import datetime

from sqlalchemy import Connection, insert

from data_access.schema import event


def add_event(
    connection: Connection,
    kind: str,
    authorization_id: int | None,
    at: datetime,
    actor: str = "",
    **details: object,
) -> None:
    """Adds one event. `details` are for reading later; no token, code or state belongs there."""
    connection.execute(
        insert(event).values(
            at=at,
            kind=kind,
            authorization_id=authorization_id,
            actor=actor,
            details=json.dumps(details, default=str, ensure_ascii=False),
        )
    )
