from tests.renewing import _migrated, database  # noqa: F401 - fixtures
