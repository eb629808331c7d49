"""What a mapping may say, and what is answered to a wrong one."""

import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from data_access.sources import MappingError, mapping_from, read_mapping
from data_access.sources.mapping import Csv, Expiry, Join, Mapping, Removed, Sql
from data_access.sources.mapping_rule import Fields, Rule, When
from tests.data_access.sources.conftest import EXAMPLES, PLAIN, plain


def fields(**changes: object) -> dict:
    return PLAIN | {"fields": PLAIN["fields"] | changes}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            {**PLAIN, "zome": "UTC"},
            "the top of the mapping knows no key “zome”. Did you mean “zone”",
        ),
        (fields(nam="x"), "[fields] knows no key “nam”. Did you mean “name”"),
        (fields(name={"colum": "x"}), "[fields.name] knows no key “colum”. Did you mean “column”"),
        (fields(name={"column": "x", "when": {"colum": "y"}}), "Did you mean “column”"),
        ({**PLAIN, "csv": {"delimitter": ";"}}, "[csv] knows no key “delimitter”"),
        ({**PLAIN, "zone": "Europe/Berlinn"}, "zone is no time zone, as Europe/Berlin is one."),
        (fields(name={"value": "x", "column": "y"}), "needs exactly one of column, columns and"),
        (fields(name={"column": "x", "pattern": "("}), "fields.name.pattern is no regular expres"),
        (fields(name={"column": "refresh_token"}), "looks like a secret; the desk never reads one"),
        (fields(offers={"column": "x", "divide_by": 0}), "cannot divide by 0"),
        (
            {"name": "x", "csv": {}, "fields": {"name": "x"}},
            "fields.selling_partner_id is missing.",
        ),
        ({**PLAIN, "csv": {"encoding": "utf-9"}}, "knows no encoding “utf-9”"),
        ({**PLAIN, "sql": {"key": "id"}}, "sql needs either table or query"),
        (
            {**PLAIN, "sql": {"table": "t", "key": [], "changed": "at"}},
            "sql names no column under key; name those that tell each row from others.",
        ),
        ({**PLAIN, "csv": None}, "needs [csv] or [sql]"),
        ({**PLAIN, "removed": {"at_most": 20}}, "removed.at_most"),
        (
            {**PLAIN, "renewal": "template", "renewal_url": "https://plugin.example/renew"},
            "The mapping cannot say where sellers renew, as all sources have one address: "
            "set DESK_RENEWAL=template and DESK_RENEWAL_TEMPLATE.",
        ),
    ],
)
def test_each_fault_has_a_sentence(data: dict, says: str):
    with pytest.raises(MappingError) as wrong:
        mapping_from(data)
    assert says in str(wrong.value)


def test_a_mapping_that_renews_by_the_desks_own_page_may_say_so():
    assert mapping_from({**PLAIN, "renewal": "desk", "renewal_url": ""}) == mapping_from(PLAIN)


def test_all_faults_are_said_at_once():
    with pytest.raises(MappingError) as wrong:
        mapping_from(fields(nam="x") | {"zome": "UTC"})
    assert len(str(wrong.value).splitlines()) == 2


def test_a_file_that_is_no_toml_is_said_so(tmp_path: Path):
    (tmp_path / "m.toml").write_text("name = ")
    with pytest.raises(MappingError, match="is no TOML"):
        read_mapping(tmp_path / "m.toml")
    with pytest.raises(MappingError, match="cannot be read"):
        read_mapping(tmp_path / "none.toml")


def test_a_fault_names_the_file(tmp_path: Path):
    path = tmp_path / "m.toml"
    path.write_text('name = "x"\n[csv]\n[fields]\n')
    with pytest.raises(MappingError) as wrong:
        read_mapping(path)
    first, *faults = str(wrong.value).splitlines()
    assert first == f"The mapping {path} cannot be used."
    assert "fields.selling_partner_id is missing." in faults


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.toml")), ids=lambda p: p.stem)
def test_the_examples_are_mappings(example: Path):
    assert read_mapping(example).columns()


def test_the_commented_example_explains_every_key():
    text = (EXAMPLES / "commented.toml").read_text("utf-8")
    models: list[type[BaseModel]] = [
        Mapping, Csv, Sql, Join, Fields, Rule, When, Expiry, Removed,
    ]  # fmt: skip
    keys = {f.alias or name for model in models for name, f in model.model_fields.items()}
    assert {key for key in keys if f"{key} =" not in text and f"[{key}]" not in text} <= {"not_in"}
    assert "not_in" in text
    assert tomllib.loads(text)["fields"].keys() == Fields.model_fields.keys()


def test_columns_that_only_decide_are_read_too():
    rule = {"column": "a", "divide_by": "b", "when": {"column": "c", "in": [1]}}
    assert {"a", "b", "c"} <= set(plain(fields={"offers": rule}).columns())


def test_a_byte_order_mark_before_a_mapping_is_no_fault(tmp_path: Path):
    example = EXAMPLES / "plugin_export.toml"
    (tmp_path / "m.toml").write_text(example.read_text("utf-8"), "utf-8-sig")
    assert read_mapping(tmp_path / "m.toml") == read_mapping(example)
