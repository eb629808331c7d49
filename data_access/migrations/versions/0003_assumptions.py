"""Assumptions that a screen has changed; events by kind, for the months of lapses."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "assumption",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("set_by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_assumption"),
    )
    op.create_index("ix_event_kind", "event", ["kind", "at"])
    op.create_index("ix_lapse_began_at", "lapse", ["began_at"])
