"""Consents under way, renewals, incidents, the funnel, probes, the hand-over."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from data_access.schema.accounts import authorization
from data_access.schema.base import Id, UtcDateTime, metadata

# One row per consent under way; the state itself is never stored, only its digest.
consent_state = Table(
    "consent_state",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("browser_digest", String(64), nullable=False),
    Column("authorization_id", Id, ForeignKey(authorization.c.id), nullable=False, index=True),
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
    Column("authorization_id", Id, ForeignKey(authorization.c.id), nullable=False, index=True),
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
    Column(
        "authorization_id",
        Id,
        ForeignKey(authorization.c.id),
        primary_key=True,
        autoincrement=False,
    ),
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
    Column("authorization_id", Id, ForeignKey(authorization.c.id), nullable=False, index=True),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime, index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("accepted_at", UtcDateTime),
    Column("failure", String(80), nullable=False, server_default=""),
)
