"""What the chat is told holds the morning's digest too, and is kept for each place by itself.

Nothing has been announced before this version, so that the table of before is empty.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_table("announcement")
    op.create_table(
        "announcement",
        sa.Column("id", ID, nullable=False),
        sa.Column("once", sa.String(length=80), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("incident_id", ID, nullable=True),
        sa.Column("accounts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("failure", sa.String(length=80), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_announcement_incident_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
        sa.UniqueConstraint("once", "target", name="uq_announcement_once_target"),
    )
    op.create_index("ix_announcement_incident_id", "announcement", ["incident_id"])
    op.create_index("ix_announcement_next_try_at", "announcement", ["next_try_at"])
