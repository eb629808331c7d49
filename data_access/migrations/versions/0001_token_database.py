"""The token database: sellers, authorizations, the expiry rollup, search, sources."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SORT_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

PARTIAL_INDEXES = {
    "ix_authorization_refused_at": (["refused_at", "id"], "refused_at IS NOT NULL"),
    "ix_authorization_paused": (["id"], "paused"),
    "ix_authorization_not_granted": (["id"], "granted_at IS NULL"),
    "ix_authorization_no_expiry": (["id"], "expires_at IS NULL"),
}

# SQLite keeps the trigrams in a table of their own; triggers keep that table exact.
SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE authorization_search USING fts5(
           search_text, content='authorization', content_rowid='id', tokenize='trigram')""",
    """CREATE TRIGGER authorization_search_insert AFTER INSERT ON authorization BEGIN
           INSERT INTO authorization_search(rowid, search_text) VALUES (new.id, new.search_text);
       END""",
    """CREATE TRIGGER authorization_search_delete AFTER DELETE ON authorization BEGIN
           INSERT INTO authorization_search(authorization_search, rowid, search_text)
           VALUES ('delete', old.id, old.search_text);
       END""",
    """CREATE TRIGGER authorization_search_update AFTER UPDATE OF search_text ON authorization
       WHEN old.search_text <> new.search_text BEGIN
           INSERT INTO authorization_search(authorization_search, rowid, search_text)
           VALUES ('delete', old.id, old.search_text);
           INSERT INTO authorization_search(rowid, search_text) VALUES (new.id, new.search_text);
       END""",
)
POSTGRESQL_SEARCH = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """CREATE INDEX ix_authorization_search_text ON "authorization"
       USING gin (search_text gin_trgm_ops)""",
)


def upgrade() -> None:
    op.create_table(
        "expiry_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "state", "region", name="pk_expiry_day"),
    )
    op.create_table(
        "expiry_day_detail",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("marketplaces", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.String(length=20), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day",
            "state",
            "region",
            "marketplaces",
            "language",
            "plan",
            name="pk_expiry_day_detail",
        ),
    )
    op.create_table(
        "named_view",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(length=200), server_default="", nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_named_view"),
    )
    op.create_table(
        "seller",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.String(length=80), server_default="", nullable=False),
        sa.Column("customer_number", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.String(length=40), server_default="", nullable=False),
        sa.Column("time_zone", sa.String(length=60), server_default="", nullable=False),
        sa.Column("shop", sa.Text(), server_default="", nullable=False),
        sa.Column("shop_url", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seller"),
        sa.UniqueConstraint("source", "customer_number", name="uq_seller_source_customer_number"),
    )
    op.create_table(
        "source_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("rows_read", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_taken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rows_merged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("granted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("renewed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("removed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held_back", sa.Text(), server_default="", nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source_run"),
    )
    op.create_index("ix_source_run_source", "source_run", ["source", "id"], unique=False)
    op.create_table(
        "authorization",
        sa.Column("id", ID, nullable=False),
        sa.Column("seller_id", ID, nullable=False),
        sa.Column("source", sa.String(length=80), server_default="", nullable=False),
        sa.Column("application_id", sa.String(length=200), nullable=False),
        sa.Column("selling_partner_id", sa.String(length=60), nullable=False),
        sa.Column("region", sa.String(length=2), nullable=False),
        sa.Column("country", sa.String(length=2), server_default="", nullable=False),
        sa.Column("partner_kind", sa.String(length=10), server_default="seller", nullable=False),
        sa.Column("plan", sa.String(length=20), server_default="", nullable=False),
        sa.Column("marketplaces", sa.String(length=200), nullable=False),
        sa.Column("home_marketplace", sa.String(length=2), nullable=False),
        sa.Column("granted_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("expiry_source", sa.String(length=20), server_default="computed", nullable=False),
        sa.Column("claimed_expires_at", MOMENT, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("first_failed_at", MOMENT, nullable=True),
        sa.Column("refused_at", MOMENT, nullable=True),
        sa.Column("refusal", sa.Text(), server_default="", nullable=False),
        sa.Column("last_sync_at", MOMENT, nullable=True),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("paused_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("owner", sa.String(length=200), server_default="", nullable=False),
        sa.Column("seller_name", sa.Text(), nullable=False),
        sa.Column("seller_sort", SORT_KEY, nullable=False),
        sa.Column("language", sa.String(length=40), server_default="", nullable=False),
        sa.Column("daily_value", sa.Float(), server_default="0", nullable=False),
        sa.Column("search_text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["seller_id"], ["seller.id"], name="fk_authorization_seller_id"),
        sa.PrimaryKeyConstraint("id", name="pk_authorization"),
        sa.UniqueConstraint(
            "application_id",
            "selling_partner_id",
            "region",
            "country",
            name="uq_authorization_key",
        ),
    )
    op.create_index(
        "ix_authorization_daily_value", "authorization", ["daily_value", "id"], unique=False
    )
    op.create_index(
        "ix_authorization_expires_at", "authorization", ["expires_at", "id"], unique=False
    )
    op.create_index(
        "ix_authorization_granted_at", "authorization", ["granted_at", "id"], unique=False
    )
    op.create_index(
        "ix_authorization_language", "authorization", ["language", "expires_at", "id"], unique=False
    )
    op.create_index(
        "ix_authorization_last_sync_at", "authorization", ["last_sync_at", "id"], unique=False
    )
    op.create_index(
        "ix_authorization_marketplaces",
        "authorization",
        ["marketplaces", "expires_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_authorization_owner", "authorization", ["owner", "expires_at", "id"], unique=False
    )
    op.create_index(
        "ix_authorization_plan", "authorization", ["plan", "expires_at", "id"], unique=False
    )
    op.create_index(
        "ix_authorization_region", "authorization", ["region", "expires_at", "id"], unique=False
    )
    op.create_index("ix_authorization_seller_id", "authorization", ["seller_id"], unique=False)
    op.create_index(
        "ix_authorization_seller_sort", "authorization", ["seller_sort", "id"], unique=False
    )
    op.create_index(
        "ix_authorization_selling_partner_id", "authorization", ["selling_partner_id"], unique=False
    )
    op.create_index("ix_authorization_source", "authorization", ["source", "id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("authorization_id", ID, autoincrement=False, nullable=False),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.Column("previous_refresh_token", sa.LargeBinary(), nullable=True),
        sa.Column("previous_stored_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name="fk_credential_authorization_id"
        ),
        sa.PrimaryKeyConstraint("authorization_id", name="pk_credential"),
    )
    op.create_table(
        "event",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("authorization_id", ID, nullable=True),
        sa.Column("actor", sa.String(length=200), server_default="", nullable=False),
        sa.Column("details", sa.Text(), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name="fk_event_authorization_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_authorization_id", "event", ["authorization_id", "id"], unique=False)
    op.create_table(
        "lapse",
        sa.Column("id", ID, nullable=False),
        sa.Column("authorization_id", ID, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name="fk_lapse_authorization_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lapse"),
        sa.UniqueConstraint(
            "authorization_id", "began_at", name="uq_lapse_authorization_id_began_at"
        ),
    )
    op.create_index("ix_lapse_authorization_id", "lapse", ["authorization_id"], unique=False)
    op.create_table(
        "source_row",
        sa.Column("authorization_id", ID, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name="fk_source_row_authorization_id"
        ),
        sa.PrimaryKeyConstraint("authorization_id", name="pk_source_row"),
    )
    op.create_table(
        "source_problem",
        sa.Column("id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("column", sa.String(length=200), server_default="", nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("fix", sa.Text(), server_default="", nullable=False),
        sa.Column("authorization_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name="fk_source_problem_authorization_id"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["source_run.id"], name="fk_source_problem_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_source_problem"),
    )
    op.create_index("ix_source_problem_run_id", "source_problem", ["run_id"], unique=False)
    op.create_table(
        "sync_profile",
        sa.Column("authorization_id", ID, autoincrement=False, nullable=False),
        sa.Column("orders_per_day", sa.Float(), nullable=True),
        sa.Column("seller_fulfilled_share", sa.Float(), nullable=True),
        sa.Column("price_changes_per_day", sa.Float(), nullable=True),
        sa.Column("stock_changes_per_day", sa.Float(), nullable=True),
        sa.Column("offers", sa.Float(), nullable=True),
        sa.Column("average_order_value", sa.Float(), nullable=True),
        sa.Column("handling_days", sa.Float(), nullable=True),
        sa.Column("other_channel_share", sa.Float(), nullable=True),
        sa.Column("measured_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["authorization_id"], ["authorization.id"], name="fk_sync_profile_authorization_id"
        ),
        sa.PrimaryKeyConstraint("authorization_id", name="pk_sync_profile"),
    )
    for name, (columns, condition) in PARTIAL_INDEXES.items():
        where = sa.text(condition)
        # SQLite takes a partial index only for the very words of its condition.
        sqlite_where = sa.text("paused = 1") if condition == "paused" else where
        op.create_index(
            name, "authorization", columns, sqlite_where=sqlite_where, postgresql_where=where
        )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_SEARCH if sqlite else POSTGRESQL_SEARCH:
        op.execute(statement)
