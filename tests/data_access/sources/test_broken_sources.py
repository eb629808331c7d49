"""A source that is away, broken or wrongly mapped changes nothing, and says nothing secret."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Engine

from data_access.sources import Mapping, SourceAway, SourceError, read_source
from tests.data_access.sources.conftest import LATER, change, plain, read, row, rows_of


def test_a_source_that_breaks_off_changes_nothing(
    tokens: str, tokens_mapping: Mapping, database: Engine, monkeypatch: pytest.MonkeyPatch
):
    read(tokens, database, tokens_mapping)
    change(
        tokens, "UPDATE customers SET company = 'X'", "DELETE FROM amazon_auth WHERE auth_id < 9"
    )
    before = rows_of(database, 'SELECT * FROM "authorization" ORDER BY id')

    def breaking(reader, names):
        yield [(None,) * len(names)]
        raise SourceAway("The line was cut.")

    with monkeypatch.context() as cut:
        cut.setattr("data_access.sources.sql_reader._Reader.tuples", breaking)
        with pytest.raises(SourceAway):
            read_source(tokens, tokens_mapping, of=database, now=LATER)
    assert rows_of(database, 'SELECT * FROM "authorization" ORDER BY id') == before
    failures = rows_of(database, "SELECT failure FROM source_run ORDER BY id")
    assert failures == [("",), ("The line was cut.",)]


def test_a_source_that_is_not_there_says_so(database: Engine, tmp_path):
    with pytest.raises(SourceAway, match="There is no file"):
        read_source(str(tmp_path / "none.csv"), plain(), of=database)


def test_a_failure_of_the_desk_itself_leaves_nothing_half(
    write, database: Engine, monkeypatch: pytest.MonkeyPatch
):
    def failing(*_args):
        raise RuntimeError("the power went")

    monkeypatch.setattr("data_access.sources.apply.refresh_facts", failing)
    with pytest.raises(RuntimeError):
        read_source(write(row()), plain(), of=database, now=LATER)
    for table in ('"authorization"', "seller", "event", "expiry_day"):
        assert rows_of(database, f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize(
    ("location", "sql"),
    [
        ("postgresql://reader:geheim@127.0.0.1:1/shop", None),
        ("postgresql://reader:ge@heim@127.0.0.1:1/shop", {"table": "t", "key": "id"}),
        ("postgresql://reader:ge@heim:x@127.0.0.1/shop", {"table": "t", "key": "id"}),
        ("postgresql://reader:geheim:x@127.0.0.1:x/shop", {"table": "t", "key": "id"}),
    ],
)
def test_no_part_of_a_password_is_told(database: Engine, location: str, sql: dict | None):
    with pytest.raises(SourceError) as caught:
        read_source(location, plain(sql=sql), of=database)
    ((kept,),) = rows_of(database, "SELECT failure FROM source_run")
    assert kept == str(caught.value) and "heim" not in kept


def test_a_wrong_mapping_is_an_error_before_anything(write, database: Engine):
    with pytest.raises(SourceError, match="Did you mean “market”"):
        read_source(write(row()), plain(fields={"marketplaces": "markt"}), of=database)


def test_a_token_in_an_error_of_the_source_is_not_kept(write, database: Engine):
    words = "invalid_grant for Atzr|IwEBIgeheim at 10:00"
    mapping = plain(fields={"state": "expires", "refusal": "synced", "expires_at": None})
    read(write(row(expires="refused", synced=words)), database, mapping)
    kept = rows_of(database, 'SELECT refusal FROM "authorization"')
    assert kept == [("reported by plain: invalid_grant for (a token, not shown) at 10:00",)]


@pytest.mark.parametrize("at_once", [2, 5_000])
def test_text_in_another_encoding_is_remarked_and_each_row_is_read_once(
    tokens: str,
    tokens_mapping: Mapping,
    desk: Engine,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
):
    before = read(tokens, desk, tokens_mapping)
    latin = "UPDATE customers SET company = CAST(x'4dfc6c6c6572' AS TEXT) WHERE customer_id = "
    told = "(SELECT max(customer_id) FROM amazon_auth JOIN customers USING (customer_id))"
    change(tokens, latin + told)
    monkeypatch.setattr("data_access.sources.sql_reader.BATCH", at_once)
    result = read(tokens, desk, tokens_mapping)
    assert (result.rows_read, result.rows_merged) == (before.rows_read, before.rows_merged)
    assert "undecodable" in {problem.reason for problem in result.problems}
    assert ("M\ufffdller",) in rows_of(desk, "SELECT name FROM seller")


def test_a_table_whose_default_is_in_another_encoding_is_read(
    tokens: str, tokens_mapping: Mapping, desk: Engine
):
    """What is said of a table holds the defaults of all its columns, mapped or not."""
    before = read(tokens, desk, tokens_mapping)
    with closing(sqlite3.connect(tokens)) as connection, connection:
        connection.text_factory = bytes
        connection.execute("PRAGMA writable_schema=ON")
        (told,) = connection.execute("SELECT sql FROM sqlite_master WHERE name='customers'")
        latin = told[0].rpartition(b")")[0] + b", remark TEXT DEFAULT 'M\xfcller')"
        connection.execute(
            "UPDATE sqlite_master SET sql = CAST(? AS TEXT) WHERE name='customers'", (latin,)
        )
    assert read(tokens, desk, tokens_mapping).rows_read == before.rows_read
