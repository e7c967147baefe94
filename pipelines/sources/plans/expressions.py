"""What one conversion of a column says in DuckDB SQL, a pure function each.

Belongs here: a value in, an expression out. Does not belong here: where the value comes
from (``chain``) and the user's own SQL (``queries``).

Times are kept as UTC without a zone in the type, beside the name of the zone that
the language thinks they are in: DuckDB would otherwise use the session's zone.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipelines.focus.schema import MONEY
from pipelines.landing.source import quoted

TEXT = "VARCHAR"
TIMES = frozenset({"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
FLOATS = frozenset({"DOUBLE", "FLOAT"})

DTYPES = {"float": MONEY, "int": "BIGINT", "string": TEXT}

# chrono (the engine's parser) and DuckDB spell these differently.
FORMATS = {
    "%.3f": ".%g",
    "%.6f": ".%f",
    "%.9f": ".%n",
    "%.f": ".%f",
    "%3f": "%g",
    "%6f": "%f",
    "%9f": "%n",
    "%F": "%Y-%m-%d",
    "%T": "%H:%M:%S",
    "%R": "%H:%M",
    "%D": "%m/%d/%y",
    "%:z": "%z",
}

AGGREGATES = {"sum": "sum", "mean": "avg", "min": "min", "max": "max"}

WHOLE = r"\s*[+-]?\d+\s*"

# DuckDB drops a UTC offset when it reads a TIMESTAMP; the other type honours it.
OFFSET = r":\d\d.*[+-]\d\d(:?\d\d)?$"


@dataclass(frozen=True, slots=True)
class Value:
    """An expression, its DuckDB type and, for a time, the zone it counts in."""

    sql: str
    type: str
    zone: str | None = None


def name(column: str) -> str:
    """Give a SQL identifier."""
    return '"' + column.replace('"', '""') + '"'


def literal(value: object) -> Value:
    """Give a constant of a plan; nested ones become JSON text."""
    if value is None:
        return Value(f"cast(null as {TEXT})", TEXT)
    if isinstance(value, bool):
        return Value(str(value).lower(), "BOOLEAN")
    if isinstance(value, (int, float)):
        return Value(f"{Decimal(str(value)):f}", "")
    if isinstance(value, dt.datetime):
        utc = value.astimezone(dt.UTC) if value.tzinfo else value
        return Value(f"timestamp '{utc:%Y-%m-%d %H:%M:%S.%f}'", "TIMESTAMP")
    if isinstance(value, dt.date):
        return Value(f"date '{value}'", "DATE")
    text = value if isinstance(value, str) else json.dumps(value)
    return Value(quoted(text), TEXT)


def number(value: Value) -> str:
    """Read a value as an exact number; text that is none is NULL.

    A float goes through its shortest text: cast directly, 0.1 could gain noise in
    the twelfth decimal.
    """
    if value.type == MONEY:
        return value.sql
    if value.type == TEXT:
        return f"try_cast({value.sql} as {MONEY})"
    sql = f"cast({value.sql} as {TEXT})" if value.type in FLOATS else value.sql
    return f"cast({sql} as {MONEY})"


def time(value: Value) -> str:
    """Read a value as a UTC time; NULL where it is none."""
    if value.type == "TIMESTAMP":
        return value.sql
    if value.type in TIMES:
        return f"cast({value.sql} as timestamp)"
    if value.type == "BIGINT":
        return f"make_timestamp({value.sql})"
    text = f"cast({value.sql} as {TEXT})"
    return (
        f"case when regexp_matches({text}, {quoted(OFFSET)}) "
        f"then try_cast({text} as timestamptz) at time zone 'UTC' "
        f"else try_cast({text} as timestamp) end"
    )


def or_refuse(read: str, value: Value, complaint: str) -> str:
    """Let text that cannot be read stop the conversion, by name, not become NULL."""
    if value.type != TEXT:
        return read
    text = f"nullif(trim({value.sql}), '')"
    message = f"error({quoted(complaint + ', got ')} || {text})"
    return f"coalesce({read}, case when {text} is not null then {message} end)"


def parsed(value: Value, pattern: str | None, complaint: str) -> Value:
    """Parse text by a strptime pattern, or as ISO 8601 where there is none."""
    if value.type in TIMES:
        return Value(time(value), "TIMESTAMP", value.zone)
    text = Value(f"cast({value.sql} as {TEXT})", TEXT)
    if pattern is None:
        return Value(or_refuse(time(text), text, complaint), "TIMESTAMP")
    for chrono, duckdb in FORMATS.items():
        pattern = pattern.replace(chrono, duckdb)
    read = f"try_strptime({text.sql}, {quoted(pattern)})"
    if "%z" in pattern:
        read = f"{read} at time zone 'UTC'"
    zone = "UTC" if "%z" in pattern else None
    return Value(or_refuse(read, text, complaint), "TIMESTAMP", zone)


def wall(value: Value, complaint: str) -> str:
    """Give the wall clock of a time in the zone that it counts in."""
    utc = or_refuse(time(value), value, complaint)
    if value.zone in {None, "UTC"}:
        return utc
    return f"(({utc}) at time zone 'UTC' at time zone {quoted(value.zone or '')})"


def assigned(value: Value, zone: str, complaint: str) -> Value:
    """Read a wall clock in a zone; of two equal hours take the earlier."""
    clock = wall(value, complaint)
    if zone == "UTC":
        return Value(clock, "TIMESTAMP", zone)
    there = quoted(zone)
    later = f"(({clock}) at time zone {there})"
    earlier = f"({later} - interval 1 hour)"
    return Value(
        f"case when {earlier} at time zone {there} = {clock} "
        f"then {earlier} at time zone 'UTC' else {later} at time zone 'UTC' end",
        "TIMESTAMP",
        zone,
    )


def converted(value: Value, zone: str, complaint: str) -> Value:
    """Let a time count in another zone; the instant stays."""
    return Value(or_refuse(time(value), value, complaint), "TIMESTAMP", zone)


def month_start(value: Value, complaint: str) -> Value:
    """Give the first day of the month, in the zone that the time counts in."""
    month = f"date_trunc('month', {wall(value, complaint)})"
    return Value(f"cast({month} as date)", "DATE")


def month_end(value: Value, complaint: str) -> Value:
    """Give the last day of the month, in the zone that the time counts in."""
    return Value(f"last_day({wall(value, complaint)})", "DATE")


def mapped(
    value: Value, pairs: Mapping[str, str], default: str, *, null_too: bool
) -> Value:
    """Replace a value by a table; what is not in it gets the default."""
    text = f"cast({value.sql} as {TEXT})"
    cases = " ".join(f"when {quoted(k)} then {quoted(v)}" for k, v in pairs.items())
    mapped = f"case {text} {cases} else {quoted(default)} end" if cases else ""
    mapped = mapped or quoted(default)
    if null_too:
        return Value(mapped, TEXT)
    return Value(f"case when {text} is not null then {mapped} end", TEXT)


def typed(value: Value, dtype: str, complaint: str, *, strict: bool) -> Value:
    """Give a source column the type that a plan states.

    What cannot be read is NULL, as in the language, unless the plan says strict.
    """
    if dtype == "float":
        read, kind = number(value), MONEY
    elif dtype == "int":
        read, kind = _integer(value), "BIGINT"
    elif dtype == "string":
        read, kind = value.sql, TEXT
    else:
        read, kind = time(value), "TIMESTAMP" if dtype == "datetime" else "DATE"
    read = or_refuse(read, value, complaint) if strict else read
    return Value(f"cast({read} as {kind})", kind, value.zone)


def _integer(value: Value) -> str:
    """Read a whole number; DuckDB alone would round the text '12.5' to 13."""
    if value.type == TEXT:
        whole = f"regexp_full_match({value.sql}, {quoted(WHOLE)})"
        return f"case when {whole} then try_cast({value.sql} as bigint) end"
    return f"trunc({value.sql})" if value.type in FLOATS else value.sql


def child(value: Value, path: list[str]) -> str:
    """Reach into a STRUCT, a MAP or JSON text."""
    if value.type in {TEXT, "JSON"}:
        return f"json_extract_string({value.sql}, {quoted(json_path(path))})"
    return value.sql + "".join(f"[{quoted(step)}]" for step in path)


def children(value: Value, key: str, operation: str) -> str:
    """Gather one field of a list of structures into one value."""
    as_json = value.type in {TEXT, "JSON"}
    if as_json:
        found = f"json_extract_string({value.sql}, {quoted('$[*].' + _key(key))})"
    else:
        found = f"[element[{quoted(key)}] for element in {value.sql}]"
    if operation in {"first", "last"}:
        return f"({found})[{1 if operation == 'first' else -1}]"
    if as_json or operation in {"sum", "mean"}:
        # Only DuckDB knows the items' type; the way of a float is right for all.
        read = number(Value("item", "VARCHAR" if as_json else "DOUBLE"))
        found = f"[{read} for item in {found}]"
    total = f"list_{AGGREGATES[operation]}({found})"
    if operation != "sum":
        return total
    return f"case when {value.sql} is not null then coalesce({total}, 0) end"


def json_path(path: list[str]) -> str:
    """Give a JSON path of plain member names."""
    return "$" + "".join("." + _key(step) for step in path)


def _key(step: str) -> str:
    return '"' + re.sub(r'["\\]', "", step) + '"'


def split(sql: str, by: str, index: int | None) -> str:
    """Split a text; positions count from 0, negative ones from the end."""
    parts = f"string_split({sql}, {quoted(by)})"
    if index is None:
        return parts
    return f"({parts})[{index + 1 if index >= 0 else index}]"


def title(sql: str) -> str:
    """Write the first letter of each word large, the others small."""
    word = "upper(word[1]) || lower(word[2:])"
    return f"array_to_string([{word} for word in string_split({sql}, ' ')], ' ')"
