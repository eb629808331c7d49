"""The index of the refused accounts holds all that the list asks of them before it reads a row."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

REFUSED = sa.text("refused_at IS NOT NULL")
INDEX = "ix_authorization_refused_at"
COLUMNS = ["refused_at", "id", "expires_at", "paused", "granted_at", "daily_value"]


def upgrade() -> None:
    op.drop_index(INDEX, "authorization")
    op.create_index(
        INDEX,
        "authorization",
        [*COLUMNS, "region", "marketplaces"],
        sqlite_where=REFUSED,
        postgresql_where=REFUSED,
    )
    # Without its statistics SQLite takes another index, and reads ten times as long.
    op.execute(sa.text('ANALYZE "authorization"'))
