"""The index of owners holds the accounts that have one.

Most accounts of a young desk have none; with those in the index, the statistics would say that an
owner has all accounts, and both databases would pass over the table instead.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NAME = "ix_authorization_owner"
OWNED = sa.text("owner > ''")


def upgrade() -> None:
    op.drop_index(NAME, "authorization")
    op.create_index(
        NAME,
        "authorization",
        ["owner", "expires_at", "id"],
        sqlite_where=OWNED,
        postgresql_where=OWNED,
    )
