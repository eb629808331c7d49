"""The migrations make exactly the tables that the schema names."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from data_access import incidents, schema
from data_access.database import reading, writing
from tests.accounts import rows


def test_nothing_is_left_for_a_migration_to_do(database):
    def ours(_object, name, kind, *_):
        return not (kind == "table" and name.startswith("authorization_search"))

    options = {"compare_type": True, "include_object": ours}
    with reading(database) as connection:
        context = MigrationContext.configure(connection, opts=options)
        different = compare_metadata(context, schema.metadata)
    # The trigram index of PostgreSQL is made by hand.
    assert [each for each in different if "search_text" not in str(each)] == []


def test_only_one_incident_of_a_kind_is_open(database, now):
    kind = incidents.Kind.OUR_CREDENTIALS
    with writing(database) as connection:
        for _ in range(3):
            incidents.report(connection, kind, now, 2)
        (open_one,) = incidents.open_incidents(connection)
    assert open_one.accounts == 6
    with writing(database) as connection:
        assert incidents.close(connection, kind, now)
        assert not incidents.close(connection, kind, now)
        incidents.report(connection, kind, now)
    assert len(rows(database, schema.incident)) == 2
    with pytest.raises(IntegrityError), writing(database) as connection:
        values = {"kind": kind.value, "opened_at": now, "last_seen_at": now}
        connection.execute(schema.incident.insert().values(values))
