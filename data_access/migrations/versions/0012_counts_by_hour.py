"""What expires in the hours around a midnight is counted without the accounts themselves, and what
is open in a marketplace without its languages and plans."""

from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

STATE = """CASE WHEN paused THEN 'paused' WHEN granted_at IS NULL THEN 'none'
    WHEN refused_at IS NOT NULL THEN 'refused' ELSE 'live' END"""
HOUR = {
    "sqlite": "substr(expires_at, 1, 13)",
    "postgresql": "to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')",
}


def upgrade() -> None:
    op.create_table(
        "expiry_hour",
        sa.Column("hour", sa.String(length=13), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "state", "region", name="pk_expiry_hour"),
    )
    op.create_table(
        "expiry_day_marketplace",
        sa.Column("marketplace", sa.String(length=200), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "marketplace", "day", "state", "region", name="pk_expiry_day_marketplace"
        ),
    )
    hour = HOUR[op.get_bind().dialect.name]
    op.execute(
        sa.text(
            f"""INSERT INTO expiry_hour (hour, state, region, accounts)
            SELECT coalesce({hour}, '9999-12-31 00'), {STATE}, region, count(*)
            FROM "authorization" GROUP BY 1, 2, 3"""  # noqa: S608
        )
    )
    counted: Counter[tuple] = Counter()
    detail = "SELECT marketplaces, day, state, region, accounts FROM expiry_day_detail"
    for marketplaces, day, state, region, accounts in op.get_bind().execute(sa.text(detail)):
        for marketplace in marketplaces.split(","):
            counted[marketplace, day, state, region] += accounts
    rows = [
        {"marketplace": m, "day": d, "state": s, "region": r, "accounts": accounts}
        for (m, d, s, r), accounts in counted.items()
    ]
    if rows:
        op.get_bind().execute(
            sa.text(
                "INSERT INTO expiry_day_marketplace (marketplace, day, state, region, accounts) "
                "VALUES (:marketplace, :day, :state, :region, :accounts)"
            ),
            rows,
        )
    for table in ("expiry_hour", "expiry_day_marketplace"):
        op.execute(sa.text(f"ANALYZE {table}"))
