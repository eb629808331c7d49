"""The counts of one language, or of one plan, are read without going through all of them."""

from alembic import op

revision = "0011"
down_revision = "0010"

TABLE = "expiry_day_detail"
COUNTED = ["day", "state", "region", "accounts"]


def upgrade() -> None:
    for name in ("language", "plan"):
        op.create_index(f"ix_{TABLE}_{name}", TABLE, [name, *COUNTED])
