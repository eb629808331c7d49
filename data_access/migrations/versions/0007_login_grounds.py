"""What gives somebody who is signed in their role."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "login_session", sa.Column("grounds", sa.Text(), server_default="[]", nullable=False)
    )
