"""A renewal that a source told of later is news from then on."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("event", sa.Column("told_at", sa.DateTime(timezone=True)))
    told = sa.text("told_at IS NOT NULL")
    op.create_index(
        "ix_event_told_at", "event", ["told_at"], sqlite_where=told, postgresql_where=told
    )
