"""Slurm: one ``sacct --parsable2`` dump per month, taken when the month ended.

Belongs here: records of jobs and their batch steps. A job over a month's end is in
both dumps, RUNNING in the first one. Times are UTC without a zone.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sample_company.files import write_text
from sample_company.months import MONTHS, Month
from sample_company.seeded import noise
from sample_company.story import RUNS, Attempt, Run

FIELDS = (
    "JobIDRaw",
    "JobID",
    "JobName",
    "User",
    "Account",
    "Partition",
    "Cluster",
    "State",
    "ExitCode",
    "Submit",
    "Start",
    "End",
    "ElapsedRaw",
    "AllocNodes",
    "AllocCPUS",
    "AllocTRES",
    "NodeList",
    "Comment",
)


def node_list(run: Run) -> str:
    """Write nodes as Slurm does: 'gpu-p4d-[1-2]'."""
    names = [node.name for node in run.nodes]
    if len(names) == 1:
        return names[0]
    stem = names[0].rpartition("-")[0]
    numbers = [name.rpartition("-")[2] for name in names]
    return f"{stem}-[{numbers[0]}-{numbers[-1]}]"


def _tres(run: Run) -> str:
    nodes, node = len(run.nodes), run.nodes[0]
    cpus, gpus = nodes * node.cpus, nodes * node.gpus
    memory = nodes * int(node.memory.removesuffix("G"))
    parts = [f"billing={cpus}", f"cpu={cpus}"]
    if gpus:
        parts += [f"gres/gpu={gpus}", f"gres/gpu:{node.gpu_type}={gpus}"]
    return ",".join([*parts, f"mem={memory}G", f"node={nodes}"])


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def _records(
    run: Run, attempt: Attempt, seen_at: datetime
) -> Iterator[tuple[str, ...]]:
    running = attempt.end > seen_at
    end = seen_at if running else attempt.end
    state = "RUNNING" if running else attempt.state
    elapsed = str(int((end - attempt.start).total_seconds()))
    wait = timedelta(minutes=2 + int(noise("wait", run.job, attempt.start) * 50))
    times = (
        _time(attempt.start - wait),
        _time(attempt.start),
        "Unknown" if running else _time(end),
        elapsed,
    )
    nodes, cpus = str(len(run.nodes)), str(len(run.nodes) * run.nodes[0].cpus)
    code = "0:0" if running else attempt.exit_code
    job, user = str(run.job), "svc-train"
    partition, owner = run.nodes[0].partition, "training"
    where = ("lumen", state, code, *times, nodes, cpus, _tres(run), node_list(run))
    yield (job, job, run.name, user, owner, partition, *where, f"project={run.project}")
    # The batch step runs on the first node only; Slurm leaves its user empty.
    step_state = state.split(" ")[0]
    step = f"{job}.batch"
    tres = _tres(run).partition(",")[2]
    seen = ("lumen", step_state, code, times[1], *times[1:], "1", cpus, tres)
    yield (step, step, "batch", "", owner, "", *seen, run.nodes[0].name, "")


def month_records(month: Month) -> list[tuple[str, ...]]:
    """Give the records of every attempt that touches a month."""
    tried = sorted(
        (attempt.start, run.job, run, attempt)
        for run in RUNS
        for attempt in run.attempts
        if month.within((attempt.start, attempt.end))
    )
    return [
        record
        for _, _, run, attempt in tried
        for record in _records(run, attempt, month.end)
    ]


def write_slurm(out: Path) -> None:
    """Write one dump per month."""
    for month in MONTHS:
        lines = ["|".join(fields) for fields in (FIELDS, *month_records(month))]
        write_text(out / f"sacct-{month.period}.txt", "\n".join(lines) + "\n")
