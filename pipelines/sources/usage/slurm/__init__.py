"""Slurm accounting: ``sacct --parsable2`` dumps with a header, one attempt a record.

Belongs here: the records of a job; a requeued job has several, and each is an attempt.
Does not belong here: job steps (``123.batch``), which repeat their job and are left
out, and jobs that never started, which held nothing.
"""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    Source,
    counted,
    quoted,
)
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.usage.slurm import nodes, reading

# When clocks are set back, the hour before or the half hour (Lord Howe) comes again.
SHIFTS = (
    "- interval 1 hour",
    "- interval 30 minute",
    "+ interval 0 hour",
    "+ interval 30 minute",
    "+ interval 1 hour",
)


def claims(candidate: Candidate) -> bool:
    """Claim text with a header of sacct's names, whatever stands between them."""
    return reading.header(candidate) is not None


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Take each dump as a drop of its own.

    Raises:
        ExportError: a field is missing, or no record can be read.
    """
    for candidate in candidates:
        yield Drop(
            files=(candidate,),
            periods=reading.months(candidate),
            scope="",
            delivered_at=candidate.modified,
        )


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the attempts that started in a period, each as its last record has it."""
    _read(context, deliveries, period)
    zone = quoted(context.settings.training.slurm_time_zone)
    return text_beside(__package__, "convert.sql").format(time_zone=zone)


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the records of a period, those apart that are no attempt of their own."""
    _read(context, deliveries, period)
    return counted("select * from slurm_records", "left_out")


def _read(context: Context, deliveries: Sequence[Delivery], period: str) -> None:
    """Put the records of a month, and what their short texts mean, into tables.

    Rows and their count are made of the same ones, which are read once.
    """
    made_of = ",".join([period, *(item.delivery_id for item in deliveries)])
    found = context.db.execute("select getvariable('slurm_made_of')").fetchone()
    if found == (made_of,):
        return
    dumps = " union all by name ".join(
        _dump(order, delivery) for order, delivery in enumerate(deliveries)
    )
    context.db.execute(
        "create or replace temp table slurm_dumped as "
        f"select * from ({dumps}) where month = {quoted(period)}"
    )
    context.db.register("slurm_nodes", _nodes(_texts(context, "NodeList")))
    context.db.register("slurm_gpus", _gpus(_texts(context, "AllocTRES")))
    zone = context.settings.training.slurm_time_zone
    records = text_beside(__package__, "records.sql").format(
        no_times="(" + ", ".join(quoted(w) for w in ("", *reading.NO_TIMES)) + ")",
        starts=_moments("Start", zone),
        ends=_moments("End", zone),
        submits=_moments("Submit", zone),
    )
    context.db.execute(f"create or replace temp table slurm_records as {records}")
    context.db.execute(f"set variable slurm_made_of = {quoted(made_of)}")


def _dump(order: int, delivery: Delivery) -> str:
    """Give the records of one dump; one without a month is in its dump's first one."""
    first = quoted(min(delivery.periods, default=""))
    return (
        f"select *, {order} as dump_order, "
        f"{quoted(delivery.delivery_id)} as delivery_id, "
        f"coalesce({reading.month()}, {first}) as month "
        f"from ({reading.records(delivery)})"
    )


def _texts(context: Context, name: str) -> list[str]:
    rows = context.db.execute(
        f"select distinct coalesce(\"{name}\", '') from slurm_dumped order by all"
    ).fetchall()
    return [text for (text,) in rows]


def _nodes(texts: list[str]) -> pa.Table:
    return pa.table(
        {
            "node_list": pa.array(texts, pa.string()),
            "node_names": pa.array(map(nodes.names, texts), pa.list_(pa.string())),
        }
    )


def _gpus(texts: list[str]) -> pa.Table:
    held = [nodes.gpus(text) for text in texts]
    return pa.table(
        {
            "alloc_tres": pa.array(texts, pa.string()),
            "gpu_count": pa.array((g.held for g in held), pa.decimal128(38, 12)),
            "gpu_type": pa.array((g.kind for g in held), pa.string()),
            "is_readable": pa.array((g.is_readable for g in held), pa.bool_()),
        }
    )


def _moments(name: str, zone: str) -> str:
    """Give the SQL of the moments (UTC) that a field can mean, the first one first.

    Seconds since 1970 and times with an offset mean one; a local time of the hour that
    comes twice means two, and so may one that was skipped. No time means none.
    """
    cell, at = f'"{name}"', quoted(zone)
    local = f"try_cast({cell} as timestamp)"
    usual = f"timezone('UTC', timezone({at}, {local}))"
    near = ", ".join(f"{usual} {shift}" for shift in SHIFTS)
    same = f"timezone({at}, timezone('UTC', moment)) = {local}"
    meant = f"list_filter([{near}], lambda moment: {same})"
    # Where clocks are not changed within a day, which is nearly always, there is one.
    is_steady = (
        f"timezone({at}, timezone('UTC', {usual} - interval 24 hour)) "
        "+ interval 48 hour "
        f"= timezone({at}, timezone('UTC', {usual} + interval 24 hour))"
    )
    skipped = f"[{usual} - interval 1 hour, {usual}]"
    return f"""case
        when regexp_full_match({cell}, '{reading.SECONDS}')
            then [make_timestamp(cast({cell} as bigint) * 1000000)]
        when regexp_full_match({cell}, '{reading.OFFSET}')
            then list_filter(
                [timezone('UTC', try_cast({cell} as timestamptz))],
                lambda moment: moment is not null
            )
        when not regexp_full_match({cell}, '{reading.ISO}') then []
        -- The ledger has no months of 1970 or 9999: such a date is no time.
        when {local} is null or year({local}) not between 2000 and 2099 then []
        when {is_steady} then [{usual}]
        when len({meant}) > 0 then {meant}
        else {skipped}
    end"""


SOURCE = Source(
    name="slurm",
    table="training_attempts",
    description=(
        "GPU jobs of the Slurm cluster, from sacct: one attempt per record with its "
        "nodes, GPUs, start, end and outcome."
    ),
    expected="sacct --parsable2 with a header of JobIDRaw|JobID|State|...",
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
    version=2,
    uses=("training.slurm_time_zone",),
)
