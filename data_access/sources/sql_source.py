"""A source as SQL: which statements a mapping comes to, over one table, several, or a query."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, TextClause, inspect, text
from sqlalchemy.exc import NoSuchTableError

from data_access.sources.errors import MappingError
from data_access.sources.mapping import Mapping, Sql
from data_access.sources.mapping_faults import unknown_columns


@dataclass(frozen=True, slots=True)
class SqlSource:
    """What is read of a source.

    columns        the names in the mapping
    in_sql         the same in SQL
    origin         what they come from, with its condition
    has_condition  whether there is one
    """

    columns: tuple[str, ...]
    in_sql: dict[str, str]
    origin: str
    has_condition: bool

    @classmethod
    def of(cls, connection: Connection, how: Sql, mapping: Mapping) -> "SqlSource":
        """Raises MappingError for columns and tables that are not there."""
        wanted = mapping.columns()
        quoted = _quoting(connection)
        if how.query is not None:
            origin = f"({how.query.strip().rstrip(';')}\n) AS mapped"
            _check(wanted, _columns_of_query(connection, origin))
            in_sql = {c: f"mapped.{quoted(c)}" for c in wanted}
        else:
            origin, tables = _joined(how, quoted)
            present = _columns_of_tables(connection, tables)
            _check(wanted, [*present])
            in_sql = {c: f"{quoted(present[c][0])}.{quoted(present[c][1])}" for c in wanted}
        in_sql = {name: _literal(sql) for name, sql in in_sql.items()}
        return cls(wanted, in_sql, _literal(origin), bool(how.where))

    def rows(self, names: Sequence[str], condition: str = "") -> TextClause:
        """Some columns of all rows, or of those of which a condition holds as well."""
        columns = ", ".join(self.in_sql[name] for name in names)
        if condition:
            condition = f" {'AND' if self.has_condition else 'WHERE'} {condition}"
        return text(f"SELECT {columns} FROM {self.origin}{condition}")  # noqa: S608

    def count(self) -> TextClause:
        """How many rows there are."""
        return text(f"SELECT count(*) FROM {self.origin}")  # noqa: S608


def _quoting(connection: Connection) -> Callable[[str], str]:
    """How the database takes names. The dialect's own way doubles a % where the driver would take
    it for a parameter, and text() does so once more."""
    marks = connection.dialect.identifier_preparer

    def quoted(name: str) -> str:
        escaped = name.replace(marks.escape_quote, marks.escape_to_quote)
        return f"{marks.initial_quote}{escaped}{marks.final_quote}"

    return quoted


def _literal(sql: str) -> str:
    # A colon in the mapping's SQL is no parameter of ours.
    return sql.replace(":", r"\:")


def _joined(how: Sql, quoted: Callable[[str], str]) -> tuple[str, dict[str, str]]:
    """Tables beside each other, as SQL, and each one's table by its name in the mapping."""
    name = how.as_ or how.table or ""
    tables = {name: how.table or ""}
    origin = f"{_table(how.table or '', quoted)} AS {quoted(name)}"
    for join in how.joins:
        name = join.as_ or join.table
        tables[name] = join.table
        origin += f" {join.kind.upper()} JOIN {_table(join.table, quoted)} AS {quoted(name)}"
        # Each on a line of its own, which a comment in the mapping ends with.
        origin += f" ON ({join.on}\n)"
    if how.where:
        origin += f" WHERE ({how.where}\n)"
    return origin, tables


def _table(name: str, quoted: Callable[[str], str]) -> str:
    return ".".join(quoted(part) for part in name.split("."))


def _columns_of_query(connection: Connection, origin: str) -> list[str]:
    result = connection.execute(text(f"SELECT * FROM {_literal(origin)} WHERE 1 = 0"))  # noqa: S608
    return list(result.keys())


def _columns_of_tables(
    connection: Connection, tables: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Every column as "table.column", and alone where only one table has it."""
    inspector = inspect(connection)
    present: dict[str, tuple[str, str]] = {}
    alone: dict[str, list[tuple[str, str]]] = {}
    for name, table in tables.items():
        schema, _, bare = table.rpartition(".")
        try:
            columns = inspector.get_columns(bare, schema=schema or None)
        except NoSuchTableError:
            known = [*inspector.get_table_names(), *inspector.get_view_names()]
            raise MappingError(
                f"The source has no table “{table}”. It has: {', '.join(known)}."
            ) from None
        for column in columns:
            present[f"{name}.{column['name']}"] = (name, column["name"])
            alone.setdefault(column["name"], []).append((name, column["name"]))
    return {**{c: found[0] for c, found in alone.items() if len(found) == 1}, **present}


def _check(wanted: Sequence[str], present: Sequence[str]) -> None:
    faults = unknown_columns([column for column in wanted if column not in present], present)
    if faults:
        raise MappingError("\n".join(faults))
