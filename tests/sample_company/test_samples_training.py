"""Bills, Slurm and MLflow tell of the same machines and runs."""

import csv
import json
import sqlite3

from pipelines.settings import PROJECT_DIR

SAMPLES = PROJECT_DIR / "sample_exports"

UP = """
    select node, started as since, started + interval 1 hour as until, quantity as hours
    from aws
    where node is not null and kind in ('Usage', 'SavingsPlanCoveredUsage')
    union all
    select resource_name, cast("start" as timestamp), cast("end" as timestamp),
        cast(hours as decimal(38, 10))
    from ferrum where kind = 'usage'
"""


def test_bills_cover_the_hours_of_the_jobs(db):
    uncovered = db.execute(
        f"""
        with up as ({UP})
        select job, jobs.node, began, ended
        from jobs
        left join up
            on up.node = jobs.node and up.since < ended and up.until > began
        group by all
        having sum(epoch(least(until, ended)) - epoch(greatest(since, began)))
            is distinct from epoch(ended) - epoch(began)
        """
    )
    assert uncovered.fetchall() == []


def test_nodes_idle_for_a_tenth_to_a_fifth_of_their_time(db):
    shares = db.execute(
        f"""
        with up as (select node, sum(hours) as hours from ({UP}) group by all),
        busy as (
            select node,
                sum(epoch(least(ended, timestamp '2026-11-01')) - epoch(began)) / 3600
                    as hours
            from jobs group by all
        )
        select node, 1 - busy.hours / up.hours from up inner join busy using (node)
        order by all
        """
    ).fetchall()
    assert len(shares) == 7
    assert all(0.1 < share < 0.2 for _, share in shares), shares


def test_slurm_shows_every_way_in_which_a_job_ends(db):
    states = {state for (state,) in db.execute("select state from jobs").fetchall()}
    assert states == {
        "COMPLETED",
        "FAILED",
        "PREEMPTED",
        "CANCELLED by 1001",
        "OUT_OF_MEMORY",
        "RUNNING",
    }


def test_training_runs_are_slurm_jobs(db):
    jobs = {job for (job,) in db.execute("select distinct job from jobs").fetchall()}
    store = sqlite3.connect(f"file:{SAMPLES}/mlflow/mlflow.db?mode=ro", uri=True)
    tags = store.execute("select value from tags where key = 'slurm_job_id'").fetchall()
    running = store.execute("select status from runs where end_time is null").fetchall()
    deleted = store.execute("select 1 from runs where lifecycle_stage = 'deleted'")
    assert {job for (job,) in tags} < jobs
    assert running == [("RUNNING",)]
    assert len(deleted.fetchall()) == 1
    store.close()


def test_fine_tuning_runs_are_lines_of_the_bill(db):
    with (SAMPLES / "mlflow/finetune-runs.csv").open() as file:
        tracked = {row["tags.sagemaker_job_arn"] for row in csv.DictReader(file)}
    described = json.loads((SAMPLES / "sagemaker/training-jobs.json").read_text())
    untracked = {job["TrainingJobArn"] for job in described}
    billed = db.execute(
        "select distinct resource from aws where resource like '%training-job%'"
    ).fetchall()
    # A job that both knew would be paid twice.
    assert tracked.isdisjoint(untracked)
    assert {resource for (resource,) in billed} == tracked | untracked
