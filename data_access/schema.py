"""The tables of the token database, in SQLAlchemy Core. Migrations make them; this names them."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; a moment without a zone is refused rather than guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps it as text of one width, so that it sorts as time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a zone: {value}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back as an aware moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Folded text sorts by its code points, whatever the server's locale, so that a range is a prefix.
SortKey = Text().with_variant(Text(collation="C"), "postgresql")

# SQLite gives its rowid only to a column typed INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

seller = Table(
    "seller",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(80), nullable=False, server_default=""),
    Column("customer_number", String(200), nullable=False),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("language", String(40), nullable=False, server_default=""),
    Column("time_zone", String(60), nullable=False, server_default=""),
    Column("shop", Text, nullable=False, server_default=""),
    Column("shop_url", Text, nullable=False, server_default=""),
    UniqueConstraint("source", "customer_number"),
)

authorization = Table(
    "authorization",
    metadata,
    Column("id", Id, primary_key=True),
    Column("seller_id", Id, ForeignKey(seller.c.id), nullable=False, index=True),
    Column("source", String(80), nullable=False, server_default=""),
    # The key: one grant of one seller, per region, and in the Far East per country.
    Column("application_id", String(200), nullable=False),
    Column("selling_partner_id", String(60), nullable=False),
    Column("region", String(2), nullable=False),
    Column("country", String(2), nullable=False, server_default=""),
    Column("partner_kind", String(10), nullable=False, server_default="seller"),
    Column("plan", String(20), nullable=False, server_default=""),
    # Country codes in alphabetical order, "DE,FR,IT"; home is where the consent page opens.
    Column("marketplaces", String(200), nullable=False),
    Column("home_marketplace", String(2), nullable=False),
    Column("granted_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("expiry_source", String(20), nullable=False, server_default="computed"),
    # What the source claims, kept as it came so that the data doctor can compare.
    Column("claimed_expires_at", UtcDateTime),
    Column("confirmed_at", UtcDateTime),
    Column("first_failed_at", UtcDateTime),
    Column("refused_at", UtcDateTime),
    Column("refusal", Text, nullable=False, server_default=""),
    Column("last_sync_at", UtcDateTime),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    Column("paused_reason", Text, nullable=False, server_default=""),
    Column("owner", String(200), nullable=False, server_default=""),
    # Copies from the seller and the profile, so that one index serves each order and filter
    # of the list; written by data_access.writing and by nobody else.
    Column("seller_name", Text, nullable=False),
    Column("seller_sort", SortKey, nullable=False),
    Column("language", String(40), nullable=False, server_default=""),
    Column("daily_value", Float, nullable=False, server_default="0"),
    Column("search_text", Text, nullable=False, server_default=""),
    UniqueConstraint(
        "application_id",
        "selling_partner_id",
        "region",
        "country",
        name="uq_authorization_key",
    ),
)

_a = authorization.c
Index("ix_authorization_expires_at", _a.expires_at, _a.id)
Index("ix_authorization_granted_at", _a.granted_at, _a.id)
Index("ix_authorization_seller_sort", _a.seller_sort, _a.id)
Index("ix_authorization_daily_value", _a.daily_value, _a.id)
Index("ix_authorization_last_sync_at", _a.last_sync_at, _a.id)
Index("ix_authorization_marketplaces", _a.marketplaces, _a.expires_at, _a.id)
Index("ix_authorization_region", _a.region, _a.expires_at, _a.id)
Index("ix_authorization_language", _a.language, _a.expires_at, _a.id)
Index("ix_authorization_selling_partner_id", _a.selling_partner_id)
Index("ix_authorization_source", _a.source, _a.id)
Index("ix_authorization_plan", _a.plan, _a.expires_at, _a.id)
Index("ix_authorization_owner", _a.owner, _a.expires_at, _a.id)
Index(
    "ix_authorization_refused_at",
    _a.refused_at,
    _a.id,
    sqlite_where=_a.refused_at.is_not(None),
    postgresql_where=_a.refused_at.is_not(None),
)
for _name, _condition in (
    ("paused", _a.paused),
    ("not_granted", _a.granted_at.is_(None)),
    ("no_expiry", _a.expires_at.is_(None)),
):
    Index(
        f"ix_authorization_{_name}",
        _a.id,
        sqlite_where=_condition,
        postgresql_where=_condition,
    )

sync_profile = Table(
    "sync_profile",
    metadata,
    Column("authorization_id", Id, ForeignKey(_a.id), primary_key=True, autoincrement=False),
    Column("orders_per_day", Float),
    Column("seller_fulfilled_share", Float),
    Column("price_changes_per_day", Float),
    Column("stock_changes_per_day", Float),
    Column("offers", Float),
    Column("average_order_value", Float),
    Column("handling_days", Float),
    Column("other_channel_share", Float),
    Column("measured_at", UtcDateTime),
)

credential = Table(
    "credential",
    metadata,
    Column("authorization_id", Id, ForeignKey(_a.id), primary_key=True, autoincrement=False),
    Column("refresh_token", LargeBinary, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("previous_refresh_token", LargeBinary),
    Column("previous_stored_at", UtcDateTime),
)

ROLLUP_STATES = ("live", "refused", "none", "paused")

expiry_day = Table(
    "expiry_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("state", String(10), primary_key=True),
    Column("region", String(2), primary_key=True),
    Column("accounts", Integer, nullable=False),
)

expiry_day_detail = Table(
    "expiry_day_detail",
    metadata,
    Column("day", Date, primary_key=True),
    Column("state", String(10), primary_key=True),
    Column("region", String(2), primary_key=True),
    Column("marketplaces", String(200), primary_key=True),
    Column("language", String(40), primary_key=True),
    Column("plan", String(20), primary_key=True),
    Column("accounts", Integer, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("authorization_id", Id, ForeignKey(_a.id)),
    Column("actor", String(200), nullable=False, server_default=""),
    Column("details", Text, nullable=False, server_default="{}"),
    Index("ix_event_authorization_id", "authorization_id", "id"),
    Index("ix_event_kind", "kind", "at"),
)

lapse = Table(
    "lapse",
    metadata,
    Column("id", Id, primary_key=True),
    Column("authorization_id", Id, ForeignKey(_a.id), nullable=False, index=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    UniqueConstraint("authorization_id", "began_at"),
    Index("ix_lapse_began_at", "began_at"),
)

source_run = Table(
    "source_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(80), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    # rows_read = rows_taken + rows_rejected + rows_merged
    Column("rows_taken", Integer, nullable=False, server_default="0"),
    Column("rows_rejected", Integer, nullable=False, server_default="0"),
    Column("rows_merged", Integer, nullable=False, server_default="0"),
    Column("granted", Integer, nullable=False, server_default="0"),
    Column("renewed", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("removed", Integer, nullable=False, server_default="0"),
    # Why vanished accounts were not removed; empty where they were or none had vanished.
    Column("held_back", Text, nullable=False, server_default=""),
    Column("failure", Text, nullable=False, server_default=""),
    Index("ix_source_run_source", "source", "id"),
)

# What a clean row of a source looked like when it was last read, so that it is not read again.
source_row = Table(
    "source_row",
    metadata,
    Column("authorization_id", Id, ForeignKey(_a.id), primary_key=True, autoincrement=False),
    Column("source", String(80), nullable=False),
    Column("digest", BigInteger, nullable=False),
)

source_problem = Table(
    "source_problem",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Id, ForeignKey(source_run.c.id), nullable=False, index=True),
    Column("place", String(200), nullable=False),
    Column("taken", Boolean, nullable=False),
    Column("column", String(200), nullable=False, server_default=""),
    Column("value", Text, nullable=False, server_default=""),
    Column("reason", String(40), nullable=False),
    Column("fix", Text, nullable=False, server_default=""),
    Column("authorization_id", Id, ForeignKey(_a.id)),
)

named_view = Table(
    "named_view",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("query", Text, nullable=False),
    Column("saved_by", String(200), nullable=False, server_default=""),
    Column("saved_at", UtcDateTime, nullable=False),
)

# One row per consent under way; the state itself is never stored, only its digest.
consent_state = Table(
    "consent_state",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("browser_digest", String(64), nullable=False),
    Column("authorization_id", Id, ForeignKey(_a.id), nullable=False, index=True),
    Column("selling_partner_id", String(60), nullable=False),
    Column("renews_granted_at", UtcDateTime),
    Column("agent", String(200), nullable=False, server_default=""),
    Column("started_by", String(10), nullable=False),
    Column("language", String(40), nullable=False, server_default=""),
    Column("redirect_uri", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime),
)

# One row per consent that came back. Code and token are encrypted, and gone once the step is over.
renewal = Table(
    "renewal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("authorization_id", Id, ForeignKey(_a.id), nullable=False, index=True),
    Column("state_digest", String(64), nullable=False, unique=True),
    Column("code_digest", String(64), nullable=False, unique=True),
    Column("step", String(20), nullable=False),
    Column("code", LargeBinary),
    Column("refresh_token", LargeBinary),
    Column("redirect_uri", Text, nullable=False),
    Column("agent", String(200), nullable=False, server_default=""),
    Column("language", String(40), nullable=False, server_default=""),
    Column("received_at", UtcDateTime, nullable=False),
    Column("stepped_at", UtcDateTime, nullable=False),
    Column("granted_at", UtcDateTime),
    Column("next_check_at", UtcDateTime),
    Column("checks", Integer, nullable=False, server_default="0"),
    Column("failure", String(40), nullable=False, server_default=""),
    Column("finished_at", UtcDateTime),
)
Index(
    "ix_renewal_unfinished",
    renewal.c.step,
    renewal.c.id,
    sqlite_where=renewal.c.finished_at.is_(None),
    postgresql_where=renewal.c.finished_at.is_(None),
)

incident = Table(
    "incident",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("accounts", Integer, nullable=False, server_default="0"),
    Column("details", Text, nullable=False, server_default="{}"),
)
Index(
    "ix_incident_open",
    incident.c.kind,
    unique=True,
    sqlite_where=incident.c.closed_at.is_(None),
    postgresql_where=incident.c.closed_at.is_(None),
)

# How far a renewal has come: one row per step and grant that is to be renewed ("round").
funnel_step = Table(
    "funnel_step",
    metadata,
    Column("authorization_id", Id, ForeignKey(_a.id), primary_key=True, autoincrement=False),
    Column("round", BigInteger, primary_key=True, autoincrement=False),
    Column("step", String(20), primary_key=True),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("times", Integer, nullable=False),
    Column("agent", String(200), nullable=False, server_default=""),
    Index("ix_funnel_step_step", "step", "first_at"),
)

probe_run = Table(
    "probe_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("filter", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("last_id", Id, nullable=False, server_default="0"),
    Column("accounts", Integer, nullable=False, server_default="0"),
    Column("fine", Integer, nullable=False, server_default="0"),
    Column("refused", Integer, nullable=False, server_default="0"),
    Column("unanswered", Integer, nullable=False, server_default="0"),
    Column("stopped_by", String(40), nullable=False, server_default=""),
)

# New grants on their way to the vendor's backend; the payload is made when it is sent.
hand_over = Table(
    "hand_over",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", String(60), nullable=False, unique=True),
    Column("authorization_id", Id, ForeignKey(_a.id), nullable=False, index=True),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime, index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("accepted_at", UtcDateTime),
    Column("failure", String(80), nullable=False, server_default=""),
)

# What a screen has changed of the engine's assumptions; the others come from the settings.
assumption = Table(
    "assumption",
    metadata,
    Column("name", String(80), primary_key=True),
    # Null is a value too: no cap for the application.
    Column("value", Float),
    Column("set_by", String(200), nullable=False, server_default=""),
    Column("set_at", UtcDateTime, nullable=False),
)
