"""The working day: notes, snoozes, promises, messages, and the jobs that send them.

What belongs to one renewal carries its `round`: the grant in force when it was written, in Unix
seconds, 0 before the first grant. A renewal begins a new round, and what stands under the old one
is over by itself.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from data_access.schema.accounts import authorization
from data_access.schema.base import Id, UtcDateTime, metadata
from data_access.schema.renewals import incident

note = Table(
    "note",
    metadata,
    Column("id", Id, primary_key=True),
    Column("authorization_id", Id, ForeignKey(authorization.c.id), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("agent", String(200), nullable=False),
    Column("text", Text, nullable=False),
    Column("withdrawn_at", UtcDateTime),
)

snooze = Table(
    "snooze",
    metadata,
    Column("id", Id, primary_key=True),
    Column("authorization_id", Id, ForeignKey(authorization.c.id), nullable=False),
    Column("round", BigInteger, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("agent", String(200), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Index("ix_snooze_authorization_id", "authorization_id", "until"),
)

promise = Table(
    "promise",
    metadata,
    Column("id", Id, primary_key=True),
    Column("authorization_id", Id, ForeignKey(authorization.c.id), nullable=False, index=True),
    Column("round", BigInteger, nullable=False),
    # A calendar day, as it was said on the phone.
    Column("due_on", Date, nullable=False, index=True),
    Column("agent", String(200), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

# Sellers who want no reminders for this account; everything else goes on.
opt_out = Table(
    "opt_out",
    metadata,
    Column("authorization_id", Id, ForeignKey(authorization.c.id), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(200), nullable=False),
)

# The outbox and the ledger in one: what is due stands here before it is sent, and stays after.
message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    # RFC 5322 Message-ID: the same at every try, so that a mail sent twice can be seen to be one.
    Column("message_id", String(200), nullable=False, unique=True),
    # What may exist only once, as "reminder:17:1764000000:30"; null for what may be repeated.
    Column("once", String(200), unique=True),
    Column("kind", String(20), nullable=False),
    Column("authorization_id", Id, ForeignKey(authorization.c.id), index=True),
    Column("round", BigInteger, nullable=False, server_default="0"),
    # Days before expiry that a reminder belongs to; 0 on the day, negative after it.
    Column("rung", Integer),
    Column("recipient", Text, nullable=False),
    Column("language", String(40), nullable=False, server_default=""),
    # An agent's own wording; empty where the template is filled in at the moment of sending.
    Column("subject", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False, server_default=""),
    Column("agent", String(200), nullable=False, server_default=""),
    # What was sent in one go.
    Column("batch", String(40), nullable=False, server_default="", index=True),
    Column("state", String(12), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime, index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    # When the mail server accepted it.
    Column("sent_at", UtcDateTime),
    # Why it was not sent: a code for what left it out, the server's words for a failure.
    Column("failure", Text, nullable=False, server_default=""),
    Index("ix_message_kind", "kind", "created_at"),
)

# Each run of a job that must not stop unnoticed.
job_run = Table(
    "job_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job", String(40), nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("due", Integer, nullable=False, server_default="0"),
    Column("sent", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("left_out", Integer, nullable=False, server_default="0"),
    Column("failure", Text, nullable=False, server_default=""),
    Index("ix_job_run_job", "job", "id"),
)

# Who may run a job now; of several processes the one that holds the lease.
job_lease = Table(
    "job_lease",
    metadata,
    Column("job", String(40), primary_key=True),
    Column("holder", String(80), nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

# Keys of calendar feeds; the key itself is shown once and never stored.
calendar_key = Table(
    "calendar_key",
    metadata,
    Column("digest", String(64), primary_key=True),
    # Whose accounts; empty for all of them.
    Column("owner", String(200), nullable=False, server_default=""),
    Column("made_by", String(200), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

# When an agent was last here, and the time before that: what is new is new since then.
visit = Table(
    "visit",
    metadata,
    Column("agent", String(200), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("before_at", UtcDateTime),
)

# What the team's chat is told, for each place where it chats. No text: that is made when sent.
announcement = Table(
    "announcement",
    metadata,
    Column("id", Id, primary_key=True),
    # What may be told only once, as "incident:5:opened" or "digest:2026-11-25".
    Column("once", String(80), nullable=False),
    # Which address of the settings, told by a digest of it: the address itself is secret.
    Column("target", String(16), nullable=False),
    Column("incident_id", Id, ForeignKey(incident.c.id), index=True),
    # How many accounts the incident had then.
    Column("accounts", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime, index=True),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("sent_at", UtcDateTime),
    Column("failure", String(80), nullable=False, server_default=""),
    UniqueConstraint("once", "target"),
)
