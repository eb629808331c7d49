"""What screens keep for everybody: named views, changed assumptions."""

from sqlalchemy import Column, Float, String, Table, Text

from data_access.schema.base import UtcDateTime, metadata

named_view = Table(
    "named_view",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("query", Text, nullable=False),
    Column("saved_by", String(200), nullable=False, server_default=""),
    Column("saved_at", UtcDateTime, nullable=False),
)

# What a screen has changed of the assumptions of the engine and of the workload; the others come
# from the settings.
assumption = Table(
    "assumption",
    metadata,
    Column("name", String(80), primary_key=True),
    # Null is a value too: no cap for the application.
    Column("value", Float),
    Column("set_by", String(200), nullable=False, server_default=""),
    Column("set_at", UtcDateTime, nullable=False),
)
