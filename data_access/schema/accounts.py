"""Sellers, their authorizations, what happened to them, and how many lapse on which day."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from data_access.schema.base import Id, SortKey, UtcDateTime, metadata

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
    # What the source claims, kept as it came so that the account can show both.
    Column("claimed_expires_at", UtcDateTime),
    Column("confirmed_at", UtcDateTime),
    Column("first_failed_at", UtcDateTime),
    Column("refused_at", UtcDateTime),
    Column("refusal", Text, nullable=False, server_default=""),
    Column("last_sync_at", UtcDateTime),
    Column("paused", Boolean, nullable=False, server_default=text("false")),
    Column("paused_reason", Text, nullable=False, server_default=""),
    Column("owner", String(200), nullable=False, server_default=""),
    # Copies from the seller and the profile, so that one index serves each order and filter of the
    # list; records.authorization_values makes them of an account.
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
Index(
    "ix_authorization_expires_at",
    _a.expires_at,
    _a.id,
    # What the counts by expiry ask, so that they read no row.
    _a.paused,
    _a.granted_at,
    _a.refused_at,
    _a.confirmed_at,
    _a.region,
    _a.marketplaces,
    _a.language,
    _a.plan,
)
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
Index(
    "ix_authorization_owner",
    _a.owner,
    _a.expires_at,
    _a.id,
    sqlite_where=text("owner > ''"),
    postgresql_where=text("owner > ''"),
)
Index(
    "ix_authorization_refused_at",
    _a.refused_at,
    _a.id,
    # What the list asks of them before it reads a row.
    _a.expires_at,
    _a.paused,
    _a.granted_at,
    _a.daily_value,
    _a.region,
    _a.marketplaces,
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

expiry_day = Table(
    "expiry_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("state", String(10), primary_key=True),
    Column("region", String(2), primary_key=True),
    Column("accounts", Integer, nullable=False),
)

expiry_hour = Table(
    "expiry_hour",
    metadata,
    Column("hour", String(13), primary_key=True),
    Column("state", String(10), primary_key=True),
    Column("region", String(2), primary_key=True),
    Column("accounts", Integer, nullable=False),
)

expiry_day_marketplace = Table(
    "expiry_day_marketplace",
    metadata,
    # An account is counted in each marketplace that it is open in.
    Column("marketplace", String(200), primary_key=True),
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
    *(
        Index(f"ix_expiry_day_detail_{name}", name, "day", "state", "region", "accounts")
        for name in ("language", "plan")
    ),
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
    # When a source told of a renewal, which was before that.
    Column("told_at", UtcDateTime),
    Index("ix_event_authorization_id", "authorization_id", "id"),
    Index("ix_event_kind", "kind", "at"),
)
Index(
    "ix_event_told_at",
    event.c.told_at,
    sqlite_where=event.c.told_at.is_not(None),
    postgresql_where=event.c.told_at.is_not(None),
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
