"""Slurm accounting: ``sacct --parsable2`` dumps with a header, one attempt a record.

Belongs here: the records of a job; a requeued job has several, and each is an attempt.
Does not belong here: job steps (``123.batch``), which repeat their job and are left
out, and jobs that never started, which held nothing.
"""

from collections.abc import Iterator, Sequence

import duckdb

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    ExportError,
    Source,
    counted,
    file_list,
    quoted,
)
from pipelines.sources.formats.package_files import text_beside

NEEDED = ("JobIDRaw", "JobID", "State", "Start", "End", "AllocTRES", "NodeList")
OPTIONAL = ("JobName", "Account", "Cluster", "Submit", "AllocNodes", "Comment")
MONTHS = """
select distinct "Start"[1:7]
from read_csv(
    $file, delim = '|', quote = '', header = true, auto_detect = false,
    columns = {columns}
)
where regexp_matches("Start", '^\\d{{4}}-\\d{{2}}')
order by all
"""
# What never started has no month; it is counted in the first one of its dump.
RECORDS = """
select
    *,
    case
        when "JobID" like '%.%' then 'a step of a job that has its own record'
        when not has_started then 'never started'
        when row_number() over (
            partition by "JobID" like '%.%', "Cluster", "JobIDRaw", "Start"
            order by dump_order desc, row_number desc
        ) > 1 then 'a newer dump has it'
    end as left_out,
    case when has_started then "Start"[1:7] else first_month end as month
from (
    select *, coalesce(regexp_matches("Start", '^\\d{{4}}-'), false) as has_started
    from ({dumps})
)
"""


def claims(candidate: Candidate) -> bool:
    """Claim pipe-separated files with sacct's job id and state."""
    return {"JobID", "State", "ElapsedRaw"} <= set(candidate.columns)


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Take each dump as a drop of its own.

    Raises:
        ExportError: a field is missing, or a line has more or fewer fields.
    """
    for candidate in candidates:
        missing = [name for name in NEEDED if name not in candidate.columns]
        if missing:
            raise ExportError(
                f"slurm: {candidate.name} lacks {', '.join(missing)}; expected sacct "
                f"--parsable2 --format={','.join(NEEDED)},..."
            )
        # Named, so that a line with one field more is an error and not a guess.
        columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in candidate.columns)
        months_of = MONTHS.format(columns=f"{{{columns}}}")
        try:
            with duckdb.connect() as db:
                months = db.execute(months_of, {"file": str(candidate.path)}).fetchall()
        except duckdb.Error as error:
            raise ExportError(f"slurm: {candidate.name}: {error}") from error
        yield Drop(
            files=(candidate,),
            periods=tuple(month for (month,) in months),
            scope="",
            delivered_at=candidate.modified,
        )


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the attempts that started in a period, each from its newest dump."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(
        records=_records(context, deliveries),
        period=quoted(period),
        time_zone=quoted(context.settings.training.slurm_time_zone),
    )


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the records of a period, those apart that are no attempt of their own."""
    rows = f"select * from ({_records(context, deliveries)}) where month = "
    return counted(rows + quoted(period), "left_out")


def _records(context: Context, deliveries: Sequence[Delivery]) -> str:
    """Give all records, the month that each started in, and why it is left out."""
    dumps = [_dump(context.db, order, item) for order, item in enumerate(deliveries)]
    return RECORDS.format(dumps=" union all by name ".join(dumps))


def _dump(db: duckdb.DuckDBPyConnection, order: int, delivery: Delivery) -> str:
    """Read one dump; fields that it was not asked for are NULL."""
    read = (
        f"read_csv({file_list(delivery)}, delim = '|', quote = '', header = true, "
        "all_varchar = true)"
    )
    present = {row[0] for row in db.execute(f"describe from {read}").fetchall()}
    fields = ", ".join(f'"{name}"' for name in NEEDED)
    extras = ", ".join(
        f'"{name}"' if name in present else f'cast(null as varchar) as "{name}"'
        for name in OPTIONAL
    )
    return (
        f"select {fields}, {extras}, {order} as dump_order, "
        f"{quoted(delivery.delivery_id)} as delivery_id, "
        f"{quoted(min(delivery.periods, default=''))} as first_month, "
        f"row_number() over () as row_number from {read}"
    )


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
    uses=("training.slurm_time_zone",),
)
