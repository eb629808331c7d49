"""Who did what, who is signed in, and who asked to be forgotten."""

from sqlalchemy import BigInteger, Column, Index, String, Table, Text, UniqueConstraint

from data_access.schema.base import Id, UtcDateTime, metadata

# Append-only and chained: each entry's hash covers the one before it. Triggers refuse changes.
# No personal data of sellers stands here, only the numbers of their accounts: it outlives them.
audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("role", String(10), nullable=False),
    Column("act", String(40), nullable=False),
    # No foreign key: an account may go, what was done to it stays.
    Column("authorization_id", BigInteger),
    Column("details", Text, nullable=False, server_default="{}"),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_entry_at", "at"),
    Index("ix_audit_entry_act", "act", "id"),
    Index("ix_audit_entry_actor", "actor", "id"),
    Index("ix_audit_entry_authorization_id", "authorization_id", "id"),
)

# The end of the chain, in one row: it orders those who write, and shows when entries were cut off.
audit_head = Table(
    "audit_head",
    metadata,
    Column("chain", String(10), primary_key=True),
    Column("last_id", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)

login_session = Table(
    "login_session",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("subject", String(200), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime),
    # What the provider said that gives a role, as a JSON list; the role itself is read from the
    # settings each time.
    Column("grounds", Text, nullable=False, server_default="[]"),
)

# Sellers who were erased on request, so that reading their source again does not bring them back.
erased_seller = Table(
    "erased_seller",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source", String(80), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("erased_at", UtcDateTime, nullable=False),
    UniqueConstraint("source", "digest"),
)
