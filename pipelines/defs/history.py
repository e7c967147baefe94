"""Dagster's record of runs: how many of them a home keeps.

Belongs here: which runs are removed, with everything that was written of them. Does not
belong here: how events are stored (``event_log``), versions (``publishing``).
"""

from collections import Counter
from typing import Final

import dagster as dg

from pipelines.settings import Settings

# A run is about 10 MB; a month of daily builds is what people look back at.
KEPT_RUNS: Final = 30
FINISHED = frozenset(
    {
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.CANCELED,
    }
)


def trim_history(
    settings: Settings, instance: dg.DagsterInstance, at_least: int = KEPT_RUNS
) -> list[str]:
    """Remove all but the newest runs of each job; give the ids of those removed.

    The last materialization of each asset and the last result of each check stay,
    whatever run they are of.

    Args:
        settings: as many runs are kept as there may be versions.
        instance: whose runs.
        at_least: how many are kept, though there may be fewer versions.
    """
    tidy = getattr(instance.event_log_storage, "tidy", None)
    if tidy is None:  # of an instance that is not ours
        return []
    most = max(at_least, settings.publishing.keep_versions)
    seen: Counter[str] = Counter()
    kept: list[str] = []
    removed: list[str] = []
    for run in instance.get_runs():  # the newest first
        seen[run.job_name] += 1
        old = seen[run.job_name] > most and run.status in FINISHED
        (removed if old else kept).append(run.run_id)
    for run_id in removed:
        instance.delete_run(run_id)
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    if removed:
        tidy(kept)
    return removed
