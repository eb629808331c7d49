"""Where one field of the desk comes from: a column and how its cells read."""

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from data_access.zone_names import a_zone

SECRET = re.compile(r"(refresh|access|auth)_?token$|secret|password", re.IGNORECASE)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


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


Zone = Annotated[str, AfterValidator(a_zone)]
Pattern = Annotated[str, AfterValidator(_regex)]
ColumnName = Annotated[str, AfterValidator(_harmless)]
Constant = str | int | float | bool


class When(Part):
    """A condition on another column; where it does not hold, the field counts as empty."""

    column: ColumnName
    is_: tuple[Constant, ...] = Field((), alias="in")
    is_not: tuple[Constant, ...] = Field((), alias="not_in")


class Rule(Part):
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


class Fields(Part):
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
