"""How a foreign token database reads as ours: a TOML file, checked before anything is read.

`examples/commented.toml` explains every key.
"""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from data_access.sources.errors import MappingError
from data_access.sources.mapping_faults import sentences

SECRET = re.compile(r"(refresh|access|auth)_?token$|secret|password", re.IGNORECASE)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is no time zone, as Europe/Berlin is one")
    return name


def _regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return pattern


def _harmless(column: str) -> str:
    if SECRET.search(column):
        raise ValueError(f"names “{column}”, which looks like a secret; the desk never reads one")
    return column


def _texts(values: object) -> object:
    """Keys and values of a translation table as text, so that 0 and "0" are one."""
    if isinstance(values, dict):
        return {str(key): str(value) for key, value in values.items()}
    return values


Zone = Annotated[str, AfterValidator(_zone)]
Pattern = Annotated[str, AfterValidator(_regex)]
ColumnName = Annotated[str, AfterValidator(_harmless)]
Constant = str | int | float | bool


class When(_Part):
    """A condition on another column; where it does not hold, the field counts as empty."""

    column: ColumnName
    is_: tuple[Constant, ...] = Field((), alias="in")
    is_not: tuple[Constant, ...] = Field((), alias="not_in")


class Rule(_Part):
    """Where one field of the desk comes from, and how its values read."""

    column: ColumnName | None = None
    columns: tuple[ColumnName, ...] = ()
    join: str | None = None
    value: Constant | tuple[str, ...] | None = None
    default: Constant | tuple[str, ...] | None = None
    empty: tuple[str, ...] = ()
    when: When | None = None
    pattern: Pattern | None = None
    values: Annotated[dict[str, str], BeforeValidator(_texts)] = {}
    otherwise: str | None = None
    prefix: str = ""
    split: str | None = None
    formats: tuple[str, ...] = ()
    zone: Zone | None = None
    decimal: Literal[",", "."] | None = None
    divide_by: float | ColumnName | None = None
    multiply_by: float = 1
    true: tuple[Constant, ...] = ()
    false: tuple[Constant, ...] = ()

    @model_validator(mode="after")
    def _one_origin(self) -> "Rule":
        given = [self.column is not None, bool(self.columns), self.value is not None]
        if sum(given) != 1:
            raise ValueError("needs exactly one of column, columns and value")
        if isinstance(self.divide_by, float) and self.divide_by == 0:
            raise ValueError("cannot divide by 0")
        return self

    @property
    def read_columns(self) -> tuple[str, ...]:
        """The columns whose value becomes the field's, without those that only decide."""
        return (self.column,) if self.column is not None else self.columns


def _short(rule: object) -> object:
    """A text is the name of a column, a list those of several."""
    if isinstance(rule, str):
        return {"column": rule}
    if isinstance(rule, list):
        return {"columns": rule}
    return rule


Given = Annotated[Rule, BeforeValidator(_short)]


class Fields(_Part):
    """The fields of the desk; all but the selling partner id may be left out."""

    customer_number: Given | None = None
    name: Given | None = None
    contact: Given | None = None
    email: Given | None = None
    phone: Given | None = None
    language: Given | None = None
    time_zone: Given | None = None
    shop: Given | None = None
    shop_url: Given | None = None
    application_id: Given = Rule(value="")
    selling_partner_id: Given
    region: Given | None = None
    marketplaces: Given
    home_marketplace: Given | None = None
    partner_kind: Given | None = None
    plan: Given | None = None
    state: Given | None = None
    granted_at: Given | None = None
    expires_at: Given | None = None
    last_sync_at: Given | None = None
    refused_at: Given | None = None
    refusal: Given | None = None
    paused: Given | None = None
    orders_per_day: Given | None = None
    seller_fulfilled_share: Given | None = None
    price_changes_per_day: Given | None = None
    stock_changes_per_day: Given | None = None
    offers: Given | None = None
    average_order_value: Given | None = None
    handling_days: Given | None = None
    other_channel_share: Given | None = None
    measured_at: Given | None = None

    @model_validator(mode="after")
    def _some_date(self) -> "Fields":
        if self.granted_at is None and self.expires_at is None:
            raise ValueError("needs granted_at or expires_at: without a date nothing can expire")
        return self

    def rules(self) -> dict[str, Rule]:
        """The fields that are mapped."""
        named = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: rule for name, rule in named.items() if rule is not None}


class Csv(_Part):
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


class Join(_Part):
    """A table beside the first one."""

    table: str
    as_: str | None = Field(None, alias="as")
    on: str
    kind: Literal["left", "inner"] = "left"


class Sql(_Part):
    """What is read of a database: a table with others beside it, or a query of your own."""

    table: str | None = None
    as_: str | None = Field(None, alias="as")
    joins: tuple[Join, ...] = ()
    where: str | None = None
    query: str | None = None
    key: Annotated[
        tuple[ColumnName, ...], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)
    ]

    @model_validator(mode="after")
    def _table_or_query(self) -> "Sql":
        if (self.table is None) == (self.query is None):
            raise ValueError("needs either table or query")
        if self.query is not None and (self.joins or self.where or self.as_):
            raise ValueError("says query; joins, where and as belong inside it")
        return self


class Expiry(_Part):
    """What the source's own expiry is worth.

    trust                 it is what the seller read out at Amazon, and counts, not grant + 365
    tolerance_minutes     how far a claim with a time of day may be off before it is remarked
    grant_from_expiry     a row without a grant was granted 365 days before its expiry
    """

    trust: bool = False
    tolerance_minutes: int = Field(60, ge=0)
    grant_from_expiry: bool = False


class Removed(_Part):
    """What it means that a row is no longer in the source."""

    then: Literal["pause", "ignore"] = "pause"
    at_most: float = Field(0.2, ge=0, le=1)


class Mapping(_Part):
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
    renewal: Literal["desk", "template"] = "desk"
    renewal_url: str = ""

    @model_validator(mode="after")
    def _complete(self) -> "Mapping":
        if self.csv is None and self.sql is None:
            raise ValueError("needs [csv] or [sql]: how the source is written")
        if self.renewal == "template" and not self.renewal_url.startswith("https://"):
            raise ValueError('says renewal = "template", so renewal_url must begin with https://')
        return self

    def columns(self) -> tuple[str, ...]:
        """Every column of the source that is read, each once, in the order of the mapping."""
        named: list[str] = list(self.sql.key) if self.sql else []
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
    """The mapping in a TOML file. Raises MappingError with a sentence for each fault."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise MappingError(f"The mapping {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"The mapping {path} is no TOML: {error}.") from error
    return mapping_from(data)


def mapping_from(data: dict[str, Any]) -> Mapping:
    """The mapping that a parsed TOML document is. Raises MappingError."""
    try:
        return Mapping.model_validate(data)
    except ValidationError as error:
        raise MappingError("\n".join(sentences(error, Mapping))) from None
