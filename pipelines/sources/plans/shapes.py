"""The fields of the plan language, as focus-converter 1.0.0 validates them.

Belongs here: which fields a plan and the arguments of each conversion have, and the
tables that focus-converter ships. Does not belong here: what a field means in SQL.

Written after focus-converter's models, whose package imports polars for each of them:
the same fields, types and defaults, so that a plan written for it is read here
(tests/sources/plans/test_plan_shapes.py compares both). Its MIT license lies beside the
tables in ``mapping_files/``.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FilePath,
    ValidationInfo,
)

FILE_NAME = re.compile("(.+)_S[0-9]{3}.yaml")
TABLES = Path(__file__).parent / "mapping_files"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"Invalid timezone {name!r}; expected one such as Europe/Berlin"
        ) from error
    return name


def _shipped(path: object, info: ValidationInfo) -> object:
    """Find a table of focus-converter by the path that it has in its package."""
    is_shipped = info.data.get("reference_path_in_package")
    return TABLES / Path(path).name if is_shipped and isinstance(path, str) else path


class Condition(BaseModel):
    """Of ``sql_condition``."""

    conditions: list[str]
    default_value: Any


class Lookup(BaseModel):
    """Of ``lookup``: a CSV table, and two of its columns."""

    reference_path_in_package: bool = True
    reference_dataset_path: Annotated[FilePath, BeforeValidator(_shipped)]
    source_value: str
    destination_value: str


class MappedValue(BaseModel):
    """One value that ``map_values`` replaces."""

    key: str | int
    value: str


class ValueMap(BaseModel):
    """Of ``map_values``."""

    value_list: list[MappedValue]
    default_value: str
    apply_default_if_null: bool | None = True


class StaticValue(BaseModel):
    """Of ``static_value``."""

    static_value: Any


class Unnest(BaseModel):
    """Of ``unnest``: what is made of a struct, or of a list of structs."""

    children_type: Literal["list", "struct"] = "struct"
    aggregation_operation: (
        Literal["first", "last", "sum", "mean", "min", "max"] | None
    ) = "first"


class MissingColumn(BaseModel):
    """Of ``apply_default_if_column_missing``."""

    data_type: Literal["string", "float", "int"]


class ColumnType(BaseModel):
    """The type of one column."""

    column_name: str
    dtype: Literal["string", "float", "int", "datetime", "date"]
    strict: bool = False


class ColumnTypes(BaseModel):
    """Of ``set_column_dtypes``."""

    dtype_args: list[ColumnType]


class Split(BaseModel):
    """A step of ``string_functions`` that cuts a text."""

    operation_type: Literal["split"]
    split_by: str
    index: int | None = None


class TextSteps(BaseModel):
    """Of ``string_functions``."""

    steps: list[Split | Literal["lower", "upper", "title"]]


# What the arguments of a conversion must be; None where it has none.
ARGUMENTS: Mapping[str, Any] = {
    "apply_default_if_column_missing": MissingColumn,
    "assign_timezone": Annotated[str, AfterValidator(_zone)],
    "assign_utc_timezone": None,
    "convert_timezone": Annotated[str, AfterValidator(_zone)],
    "lookup": Lookup,
    "map_values": ValueMap,
    "month_end": None,
    "month_start": None,
    "parse_datetime": str | None,
    "rename_column": None,
    "set_column_dtypes": ColumnTypes,
    "sql_condition": Condition,
    "sql_query": str,
    "static_value": StaticValue,
    "string_functions": TextSteps,
    "unnest": Unnest,
}


def _temporary(prefix: str | None) -> str | None:
    if prefix is not None and not prefix.startswith("tmp_"):
        raise ValueError("column_prefix, if defined should have 'tmp_' prefix.")
    return prefix


class PlanFile(BaseModel):
    """What one file says; ``focus_column`` may be any text here."""

    model_config = ConfigDict(extra="forbid")

    plan_name: str
    column: str
    conversion_type: str
    conversion_args: Any = None
    focus_column: str
    column_prefix: Annotated[str | None, AfterValidator(_temporary)] = None
