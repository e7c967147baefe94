"""Calls to hours: what is counted and summed up of the calls of one hour and caller.

Each counter and key costs every call something, also where the log has no value of it;
so what no call states is left out of the work and stays unknown. Belongs here: which
columns are stated, and the counters of those that a log may lack. The others are in
``usage.sql``.
"""

from collections.abc import Collection, Mapping

import duckdb

from pipelines.landing.source import quoted
from pipelines.schema.calls import CALLER, TOKENS
from pipelines.sources.formats.package_files import text_beside

KEYS = (*(column.name for column in CALLER), "other_unit")
RETRIED = """
        left_out is null
        and logical_request_id is not null
        and row_number() over (
            partition by left_out is null, coalesce(logical_request_id, request_id)
            order by requested_at desc, request_id desc
        ) > 1
"""
UNKNOWN = "cast(null as boolean)"
# Each with the column that it is of. A log that never says why an answer ended does not
# know how many were cut off; so with a call that stood in for another, and one that a
# cache answered.
COUNTERS: Mapping[str, tuple[str, str]] = {
    "retried_request_count": (
        "logical_request_id",
        (
            "case when count(is_retried) > 0 "
            "then count_if(is_retried and not coalesce(is_failed, false)) end"
        ),
    ),
    "cache_served_request_count": (
        "is_cache_served",
        "case when count(is_cache_served) > 0 then count_if(is_cache_served) end",
    ),
    "truncated_request_count": (
        "is_truncated",
        "case when count(is_truncated) > 0 then count_if(is_truncated) end",
    ),
    "truncated_output_tokens": (
        "is_truncated",
        "cast(sum(output_tokens) filter (is_truncated) as bigint)",
    ),
    "gateway_cost": ("gateway_cost", "sum(gateway_cost)"),
    "gateway_cost_currency": ("gateway_cost_currency", "max(gateway_cost_currency)"),
    "other_quantity": ("other_quantity", "sum(other_quantity)"),
    "inputs_include_cached": (
        "inputs_include_cached",
        "bool_or(inputs_include_cached)",
    ),
}


def stated(db: duckdb.DuckDBPyConnection, calls: str) -> frozenset[str]:
    """Name the columns of keys and counters of which any call states a value."""
    columns = {column for column, _ in COUNTERS.values()}
    names = sorted({*KEYS, *columns, *(column.name for column in TOKENS)})
    counts = ", ".join(f"count({name}) > 0" for name in names)
    found = db.execute(f"select {counts} from ({calls})").fetchone() or ()
    pairs = zip(names, found, strict=True)
    return frozenset(name for name, is_stated in pairs if is_stated)


def summed(source: str, calls: str, known: Collection[str]) -> str:
    """Give the SELECT of hours.

    Args:
        source: who logs the calls.
        calls: SELECT of the calls in the columns of ``CALL``.
        known: the columns of which any call states a value.
    """
    tokens = {c.name: (c.name, f"cast(sum({c.name}) as bigint)") for c in TOKENS}
    picked = [
        f"{sql if column in known else 'null'} as {name}"
        for name, (column, sql) in {**tokens, **COUNTERS}.items()
    ]
    # What no call states is no key: it is the same of all.
    keys = [name for name in KEYS if name in known]
    picked += [name if name in keys else f"null as {name}" for name in KEYS]
    return text_beside(__package__, "usage.sql").format(
        calls=calls,
        picked=",\n    ".join(picked),
        keys=", ".join(("window_start", *keys, "left_out", "delivery_id")),
        source=quoted(source),
        is_retried=RETRIED if "logical_request_id" in known else UNKNOWN,
    )
