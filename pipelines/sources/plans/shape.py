"""The last step of a mapping: made columns get the types of the ledger.

Belongs here: how a value becomes a FOCUS number, time, text or JSON, and that one which
cannot become it stops the conversion instead of turning to NULL. Does not belong here:
what the value is.
"""

from pipelines.focus.schema import MONEY
from pipelines.sources.plans.expressions import TEXT, Value, number, or_refuse, time

NESTED = ("STRUCT", "MAP", "UNION")


def shaped(value: Value, ledger_type: str, where: str) -> str:
    """Give a value the type of its ledger column."""
    if ledger_type == MONEY:
        return _number(value, f"{where}: expected a number")
    if ledger_type == "TIMESTAMP":
        complaint = f"{where}: expected an ISO 8601 time"
        return f"cast({or_refuse(time(value), value, complaint)} as timestamp)"
    if ledger_type == "JSON":
        return _json(value, f"{where}: expected JSON")
    if ledger_type == TEXT and value.type == "JSON":
        return f"json_extract_string({value.sql}, '$')"
    if ledger_type == TEXT and _is_nested(value):
        return f"cast(to_json({value.sql}) as {TEXT})"
    return f"cast({value.sql} as {ledger_type})"


def _number(value: Value, complaint: str) -> str:
    return f"cast({or_refuse(number(value), value, complaint)} as {MONEY})"


def _json(value: Value, complaint: str) -> str:
    if value.type != TEXT:
        return f"to_json({value.sql})"
    valid = f"case when json_valid({value.sql}) then {value.sql} end"
    return f"cast({or_refuse(valid, value, complaint)} as json)"


def _is_nested(value: Value) -> bool:
    return value.type.startswith(NESTED) or value.type.endswith("[]")
