"""What every log of single calls has in common: calls to hours, samples and sessions.

A source of calls (a gateway's log, traces) gives one thing only: a SELECT of its calls
in the columns of ``CALL``. Three Sources come of it: ``<name>`` fills ``model_usage``
with one row per hour and caller, ``<name>_samples`` keeps a few calls of each day and
caller for percentiles, ``<name>_sessions`` sums up conversations and agent runs.
Belongs here: these three, and what a label means for every log alike. Does not belong
here: the columns of a log, which are its source's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from pipelines.focus.schema import MONEY
from pipelines.landing.source import Context, Delivery, Source, quoted
from pipelines.schema.calls import CALLER, TOKENS
from pipelines.sources.formats.made_once import is_made, named
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.usage.requests.hours import stated, summed
from pipelines.sources.usage.requests.truth import by_place, checked_calls, in_order

# The columns of a call. Each is optional but those that are named in NEEDED; a missing
# one is NULL. left_out says why a row is no call that counts, NULL where it counts.
CALL: Mapping[str, str] = (
    {
        "requested_at": "TIMESTAMP",
        "request_id": "VARCHAR",
        "logical_request_id": "VARCHAR",
    }
    | {column.name: column.type for column in (*CALLER, *TOKENS)}
    | {
        "is_failed": "BOOLEAN",
        "is_cache_served": "BOOLEAN",
        "is_truncated": "BOOLEAN",
        "latency_ms": "BIGINT",
        "time_to_first_token_ms": "BIGINT",
        "session_id": "VARCHAR",
        "session_name": "VARCHAR",
        "outcome": "VARCHAR",
        "gateway_cost": MONEY,
        "gateway_cost_currency": "VARCHAR",
        "other_quantity": MONEY,
        "other_unit": "VARCHAR",
        "inputs_include_cached": "BOOLEAN",
        "left_out": "VARCHAR",
        "delivery_id": "VARCHAR",
        "row_number": "BIGINT",
    }
)
NEEDED = ("requested_at", "provider_name", "delivery_id", "row_number")
# 2: with prompts and with answers that were cut off.
# 3: with the tokens of failed calls; no failure is told where none can be.
# 4: with cache writes for an hour, audio and images, counters that are not known, and
# calls of which nobody counted the tokens.
VERSION = 4
# Enough for a 95th percentile to stand on ten calls.
SAMPLED_CALLS = 200
DAY = "cast(requested_at as date)"


def request_sources(log: Source) -> tuple[Source, Source, Source]:
    """Give the three Sources of a log of calls.

    Args:
        log: a Source whose ``select`` gives the calls of deliveries (oldest first) in a
            month, in the columns of ``CALL``. A row with ``left_out`` is counted, not
            summed.
    """

    def made(kind: str, table: str, what: str, sql: str) -> Source:
        def select(
            context: Context, deliveries: Sequence[Delivery], period: str
        ) -> str:
            if not sql:
                hours = _hours(log, context, deliveries, period)
                return (
                    f"select * exclude (left_out) from {hours} where left_out is null"
                )
            rows = _calls(log, context, deliveries, period)
            return _filled(sql, log.name + kind, rows)

        return replace(
            log,
            name=log.name + kind,
            table=table,
            description=f"{log.description} {what}",
            select=select,
            tally=None if kind else partial(_tally, log),
            fetch=None if kind else log.fetch,
            family=log.name,
            version=VERSION,
        )

    return (
        made("", "model_usage", "Summed up by hour and caller.", ""),
        made(
            "_samples",
            "model_requests",
            f"Of each day and caller {SAMPLED_CALLS} calls, for percentiles.",
            "samples.sql",
        ),
        made(
            "_sessions",
            "model_sessions",
            "Summed up by day, caller and session.",
            "sessions.sql",
        ),
    )


def _tally(
    log: Source, context: Context, deliveries: Sequence[Delivery], period: str
) -> str:
    """Count the calls of a month: one of each hour and caller stands for the others."""
    hours = _hours(log, context, deliveries, period)
    return f"""
        select
            delivery_id, left_out as reason, sum(request_count)::bigint as row_count
        from {hours}
        where left_out is not null
        group by all
        union all
        select delivery_id, null, count(*)
        from {hours}
        where left_out is null
        group by all
        union all
        select
            delivery_id,
            'summed into the row of its hour',
            sum(request_count - 1)::bigint
        from {hours}
        where left_out is null
        group by all
    """


def _hours(
    log: Source, context: Context, deliveries: Sequence[Delivery], period: str
) -> str:
    """Make the table of a month's hours; its rows and their count read it."""
    rows = _calls(log, context, deliveries, period)
    table = named("hours", rows)
    if not is_made(context.db, table):
        made = summed(log.name, rows, stated(context.db, rows))
        context.db.execute(f"create temp table {table} as {made}")
    return table


def _calls(
    log: Source, context: Context, deliveries: Sequence[Delivery], period: str
) -> str:
    """Give the calls in the columns of ``CALL``, and what is true of them."""
    ordered = in_order(deliveries)
    select = log.select(context, by_place(ordered), period)
    described = context.db.execute(f"describe {select}").fetchall()
    present = {str(row[0]) for row in described}
    shaped = ", ".join(
        f"cast({column if column in present else 'null'} as {kind}) as {column}"
        for column, kind in CALL.items()
    )
    return checked_calls(f"select {shaped} from ({select})", ordered)


def _filled(sql: str, source: str, rows: str) -> str:
    text = text_beside(__package__, sql)
    names = [column.name for column in TOKENS]
    return text.format(
        calls=rows,
        caller=", ".join(column.name for column in CALLER),
        tokens=",\n    ".join(f"cast(sum({c}) as bigint) as {c}" for c in names),
        sampled_tokens=",\n    ".join(names),
        source=quoted(source),
        sampled=SAMPLED_CALLS,
        day=DAY,
    )
