"""What reading somebody else's database left: runs, rows as they were, problems."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from data_access.schema.accounts import authorization
from data_access.schema.base import Id, UtcDateTime, metadata

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
    Column(
        "authorization_id",
        Id,
        ForeignKey(authorization.c.id),
        primary_key=True,
        autoincrement=False,
    ),
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
    Column("authorization_id", Id, ForeignKey(authorization.c.id)),
)
