"""How a foreign token database reads as ours: a TOML file, checked before anything is read.

`examples/commented.toml` explains every key.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from data_access.sources.errors import MappingError
from data_access.sources.mapping_faults import sentences
from data_access.sources.mapping_rule import ColumnName, Fields, Part, Rule, Zone


class Csv(Part):
    """How a CSV file is written."""

    encoding: str = "utf-8-sig"
    delimiter: str = Field(",", min_length=1, max_length=1)
    quote: str = Field('"', min_length=1, max_length=1)
    columns: tuple[str, ...] = ()
    skip_lines: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _known_encoding(self) -> "Csv":
        try:
            "".encode(self.encoding)
        except LookupError:
            raise ValueError(f"knows no encoding “{self.encoding}”") from None
        return self


class Join(Part):
    """A table beside the first one."""

    table: str
    as_: str | None = Field(None, alias="as")
    on: str
    kind: Literal["left", "inner"] = "left"


Names = Annotated[
    tuple[ColumnName, ...], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)
]


class Sql(Part):
    """What is read of a database: a table with others beside it, or a query of your own.

    changed  columns of which one differs as soon as anything of a row does, as a time of change
    """

    table: str | None = None
    as_: str | None = Field(None, alias="as")
    joins: tuple[Join, ...] = ()
    where: str | None = None
    query: str | None = None
    key: Names
    changed: Names = ()

    @model_validator(mode="after")
    def _table_or_query(self) -> "Sql":
        if (self.table is None) == (self.query is None):
            raise ValueError("needs either table or query")
        if self.query is not None and (self.joins or self.where or self.as_):
            raise ValueError("says query; joins, where and as belong inside it")
        if not self.key:
            raise ValueError("names no column under key; name those that tell each row from others")
        return self


class Expiry(Part):
    """What the source's own expiry is worth.

    trust                 it is what the seller read out at Amazon, and counts, not grant + 365
    tolerance_minutes     how far a claim with a time of day may be off before it is remarked
    grant_from_expiry     a row without a grant was granted 365 days before its expiry
    """

    trust: bool = False
    tolerance_minutes: int = Field(60, ge=0)
    grant_from_expiry: bool = False


class Removed(Part):
    """What it means that a row is no longer in the source."""

    then: Literal["pause", "ignore"] = "pause"
    at_most: float = Field(0.2, ge=0, le=1)


class Mapping(Part):
    """A source: its name, how it is written, and where each field comes from."""

    name: str = Field(pattern=r"^[\w.-]{1,80}$")
    zone: Zone | None = None
    decimal: Literal[",", "."] = "."
    empty: tuple[str, ...] = ()
    csv: Csv | None = None
    sql: Sql | None = None
    fields: Fields
    seller_exists: ColumnName | None = None
    one_row_per: Literal["authorization", "marketplace"] = "authorization"
    expiry: Expiry = Expiry()
    removed: Removed = Removed()

    @model_validator(mode="before")
    @classmethod
    def _renews_as_the_desk_does(cls, said: Any) -> Any:
        if not isinstance(said, dict):
            return said
        # Mappings after an older example say that links open the desk's own page, and may.
        usual = {"renewal": "desk", "renewal_url": ""}
        if any(said.get(key, value) != value for key, value in usual.items()):
            raise ValueError(
                "cannot say where sellers renew, as all sources have one address: "
                "set DESK_RENEWAL=template and DESK_RENEWAL_TEMPLATE"
            )
        return {key: value for key, value in said.items() if key not in usual}

    @model_validator(mode="after")
    def _complete(self) -> "Mapping":
        if self.csv is None and self.sql is None:
            raise ValueError("needs [csv] or [sql]: how the source is written")
        return self

    def columns(self) -> tuple[str, ...]:
        """Every column of the source that is read, each once, in the order of the mapping."""
        named: list[str] = [*self.sql.key, *self.sql.changed] if self.sql else []
        for rule in self.fields.rules().values():
            named += rule.read_columns
            named += [rule.when.column] if rule.when else []
            named += [rule.divide_by] if isinstance(rule.divide_by, str) else []
        named += [self.seller_exists] if self.seller_exists else []
        return tuple(dict.fromkeys(named))

    def zone_of(self, rule: Rule) -> ZoneInfo | None:
        """The zone of a field's zone-less times; None where the mapping does not say."""
        name = rule.zone or self.zone
        return ZoneInfo(name) if name else None


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file. Raises MappingError with the file and what is wrong with it."""
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise MappingError(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"The mapping {path} is no TOML: {error}.") from error
    try:
        return mapping_from(data)
    except MappingError as error:
        raise MappingError(f"The mapping {path} cannot be used.\n{error}") from None


def mapping_from(data: dict[str, Any]) -> Mapping:
    """The mapping that a parsed TOML document is. Raises MappingError."""
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise MappingError("\n".join(sentences(error, Mapping))) from None
