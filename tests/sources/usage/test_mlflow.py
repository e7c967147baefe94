"""MLflow: a store that MLflow itself wrote, and search_runs() saved as CSV."""

import os
import sqlite3
from decimal import Decimal

import pytest

from pipelines.landing.candidates import find
from pipelines.landing.deliveries import scan
from pipelines.sources.usage.mlflow import SOURCE, metrics

STARTED = 1_786_000_000_000  # 2026-08-06 07:06:40 UTC, in milliseconds
HOUR = 3_600_000


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Let MLflow write a store: a parent, a child with a job, one that still runs."""
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    from mlflow.entities import Metric, RunTag  # noqa: PLC0415 - takes seconds
    from mlflow.tracking import MlflowClient  # noqa: PLC0415

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    client = MlflowClient(f"sqlite:///{path}")
    experiment = client.create_experiment("ranking", artifact_location="/nowhere")

    def run(name, start, end=None, status="FINISHED", metrics=(), **tags):
        made = client.create_run(
            experiment, start_time=start, run_name=name, tags=tags or None
        )
        run_id = made.info.run_id
        client.log_batch(run_id, metrics=[Metric(k, v, t, s) for k, v, t, s in metrics])
        if end:
            client.set_terminated(run_id, status, end)
        return run_id

    parent = run("sweep", STARTED, STARTED + 3 * HOUR)
    child = run(
        "trial-1",
        STARTED,
        STARTED + 2 * HOUR,
        metrics=[
            ("loss", 0.5, STARTED, 100),
            ("loss", 0.4, STARTED + HOUR, 200),
            ("eval_accuracy", 0.91, STARTED + HOUR, 200),
            ("loss", float("nan"), STARTED + HOUR, 999),
            ("checkpoint_step", 200.0, STARTED + HOUR, 200),
            ("checkpoint_step", 100.0, STARTED, 100),
            ("epoch", 2.5, STARTED + HOUR, 200),
            ("system/gpu_0_utilization_percentage", 91.0, STARTED, 100),
        ],
        project="ranker",
        slurm_job_id="41",
        gpu_count="8",
    )
    client.log_batch(child, metrics=[], tags=[RunTag("mlflow.parentRunId", parent)])
    run("september", STARTED + 40 * 24 * HOUR)
    run("killed", STARTED, STARTED + HOUR, "KILLED")
    run("failed", STARTED, STARTED + HOUR, "FAILED")
    client._tracking_client.store.engine.dispose()
    return path, parent


@pytest.fixture
def stored(store, put):
    path, parent = store
    put("tracking/mlflow.db", path.read_bytes(), hour=1)
    return parent


def test_a_run_of_a_real_store_has_its_job_steps_checkpoints_and_metric(
    stored, convert
):
    rows = convert(
        SOURCE,
        "2026-08",
        "run_name, experiment_name, project_name, scheduler_job_id, gpu_count, "
        "first_step, last_step, last_checkpoint_step, epoch_count, metric_name, "
        "metric_value, started_at::text, ended_at::text, checkpoints_at::text[]",
    )

    [trial] = [row for row in rows if row[0] == "trial-1"]
    assert trial == (
        "trial-1",
        "ranking",
        "ranker",
        "41",
        Decimal(8),
        100,
        200,
        200,
        Decimal("2.5"),
        "eval_accuracy",
        0.91,
        "2026-08-06 07:06:40",
        "2026-08-06 09:06:40",
        ["2026-08-06 07:06:40", "2026-08-06 08:06:40"],
    )


def test_a_nested_run_names_its_parent(stored, convert):
    rows = convert(SOURCE, "2026-08", "run_name, parent_run_id, run_id")

    by_name = {name: (parent, run_id) for name, parent, run_id in rows}
    assert by_name["trial-1"][0] == stored
    assert by_name["sweep"] == (None, stored)


def test_runs_are_of_the_month_that_they_started_in_and_end_as_mlflow_says(
    stored, convert
):
    august = convert(SOURCE, "2026-08", "run_name, status")
    september = convert(SOURCE, "2026-09", "run_name, status, ended_at")

    assert august == [
        ("failed", "failed"),
        ("killed", "cancelled"),
        ("sweep", "completed"),
        ("trial-1", "completed"),
    ]
    assert september == [("september", "running", None)]


CSV = (
    "run_id,experiment_id,status,start_time,end_time,metrics.loss,metrics.epoch,"
    "tags.mlflow.runName,tags.mlflow.parentRunId,tags.sagemaker_job_arn\n"
)


def test_search_runs_saved_as_csv_gives_the_same_attempt(put, convert):
    put(
        "runs.csv",
        CSV + "r1,7,FINISHED,2026-08-05 13:00:00+00:00,2026-08-05 18:12:00+00:00,"
        "0.25,3.0,tuning,r0,arn:job/1\n",
    )

    rows = convert(
        SOURCE,
        "2026-08",
        "run_id, attempt_id, parent_run_id, run_name, status, started_at::text, "
        "ended_at::text, resource_ids, epoch_count, metric_name, metric_value",
    )

    assert rows == [
        (
            "r1",
            "r1",
            "r0",
            "tuning",
            "completed",
            "2026-08-05 13:00:00",
            "2026-08-05 18:12:00",
            ["arn:job/1"],
            Decimal(3),
            "loss",
            0.25,
        )
    ]


def test_an_experiment_without_a_name_is_named_by_its_id(put, convert):
    named = CSV.replace("\n", ",tags.experiment_name\n")
    row = "FINISHED,2026-08-05 13:00:00,2026-08-05 18:00:00,0.2,3.0,tuning,,"
    put("ids.csv", f"{CSV}r1,7,{row}\n")
    put("names.csv", f"{named}r2,8,{row},ranking\nr3,9,{row},\n")

    rows = convert(SOURCE, "2026-08", "run_id, experiment_name")

    assert rows == [("r1", "7"), ("r2", "ranking"), ("r3", "9")]


def test_the_newest_export_of_a_run_wins(put, convert):
    running = "r1,7,RUNNING,2026-08-05 13:00:00,,0.9,1.0,tuning,,\n"
    done = "r1,7,FINISHED,2026-08-05 13:00:00,2026-08-05 18:00:00,0.2,3.0,tuning,,\n"
    put("a-newer.csv", CSV + done, hour=2)
    put("b-older.csv", CSV + running, hour=1)

    rows = convert(SOURCE, "2026-08", "status, metric_value")

    assert rows == [("completed", 0.2)]


def test_a_store_without_mlflows_tables_is_not_claimed(settings, tmp_path):
    with sqlite3.connect(settings.exports_dir / "other.db") as db:
        db.execute("create table runs (id integer)")

    [candidate] = find(settings.exports_dir).readable

    assert candidate.format == "sqlite"
    assert not SOURCE.claims(candidate)


def test_a_csv_with_a_broken_time_is_refused_by_name(put, settings):
    put("ml/runs.csv", CSV + "r1,7,FINISHED,yesterday,,0.2,3.0,tuning,,\n")

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "mlflow: ml/runs.csv, row 1: start_time is 'yesterday'" in refusal.reason


def test_a_logged_value_has_the_epoch_that_was_logged_at_its_step(stored, convert):
    """What is no number, the machine's own values and marks of other rows are none."""
    rows = convert(
        metrics.SOURCE,
        "2026-08",
        "metric_name, step, epoch, metric_value, logged_at::text",
    )

    assert rows == [
        ("eval_accuracy", 200, Decimal("2.5"), 0.91, "2026-08-06 08:06:40"),
        ("loss", 100, None, 0.5, "2026-08-06 07:06:40"),
        ("loss", 200, Decimal("2.5"), 0.4, "2026-08-06 08:06:40"),
    ]


def test_a_newer_store_has_a_run_s_whole_history_again(store, put, convert, reasons):
    put("old.db", store[0].read_bytes(), hour=1)
    put("new.db", store[0].read_bytes() + b"\0", hour=2)

    assert len(convert(metrics.SOURCE, "2026-08", "step")) == 3
    # Three values and the one NaN, in both stores.
    assert reasons() == {"a newer export has it": 3, "a value that is no number": 2}


WHOLE = (
    "run_id,experiment_id,status,start_time,end_time,metrics.loss,metrics.eval_loss,"
    "metrics.eval_accuracy,metrics.epoch,metrics.checkpoint_step,tags.gpu_count\n"
)


@pytest.mark.parametrize(
    ("cells", "read"),
    [
        ("0.5,inf,,2.0,100.0", ("loss", 0.5, 2, 100)),
        ("0.5,0.4,nan,2.0,100.0", ("eval_loss", 0.4, 2, 100)),
        ("inf,-inf,NaN,inf,nan", (None, None, None, None)),
        ("0.5,Infinity,,,", ("loss", 0.5, None, None)),
        # What MLflow's stores write for infinity.
        ("0.5,1.7976931348623157e+308,,,", ("loss", 0.5, None, None)),
        ("0.5,-1.7976931348623157e+308,,,", ("loss", 0.5, None, None)),
        ("0.5,1e999,,,", ("loss", 0.5, None, None)),
        ("0.5,low,,,", ("loss", 0.5, None, None)),
        ("1e300,,,,", ("loss", 1e300, None, None)),
        ("0.5,,0,1e40,1e40", ("eval_accuracy", 0.0, None, None)),
        ("-0.25,,,,", ("loss", -0.25, None, None)),
    ],
)
def test_a_metric_that_is_no_number_gives_way_to_the_next(cells, read, put, convert):
    put(
        "runs.csv",
        f"{WHOLE}r1,7,FINISHED,2026-08-05 13:00:00,2026-08-05 18:00:00,{cells},\n",
    )

    columns = "metric_name, metric_value, epoch_count::int, last_checkpoint_step"
    assert convert(SOURCE, "2026-08", columns) == [read]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("r2,7,FINISHED,2026-08-05 13:00,2026-08-05 12:00,,,,,,", "it ends before it"),
        ("r2,7,FINISHED,soon,2026-08-05 12:00,,,,,,", "a start that is no time"),
        ("r2,7,FINISHED,infinity,,,,,,,", "a start that is no time"),
        ("r2,7,FINISHED,9999-12-31,,,,,,,", "a start that is no time"),
        ("r2,7,FINISHED,1970-01-01 00:00,,,,,,,", "a start that is no time"),
        ("r2,7,FINISHED,2026-08-05 13:00,late,,,,,,", "an end that is no time"),
        ("r2,7,FINISHED,,,,,,,,", "never started"),
        ("r2,7,FINISHED,2026-08-05 13:00,,,,,,,many", "a number of GPUs that is none"),
        ("r2,7,FINISHED,2026-08-05 13:00,,,,,,,-1", "a number of GPUs that is none"),
        ("r2,7,FINISHED,2026-08-05 13:00,,,,,,,nan", "a number of GPUs that is none"),
        (",7,FINISHED,2026-08-05 13:00,,,,,,,1", "a run without an id"),
    ],
)
def test_an_odd_run_is_left_out_by_name_and_stops_no_other(
    row, reason, put, convert, reasons
):
    good = "r1,7,FINISHED,2026-08-05 13:00,2026-08-05 18:00,,,,,,\n"
    put("runs.csv", f"{WHOLE}{good}{row}\n")

    assert convert(SOURCE, "2026-08", "run_id") == [("r1",)]
    [(said, count)] = reasons().items()
    assert said.startswith(reason)
    assert count == 1


def test_times_with_an_offset_are_utc(put, convert):
    put(
        "runs.csv",
        f"{WHOLE}r1,7,FINISHED,2026-09-01 01:00:00+02:00,2026-09-01 02:00:00+02:00"
        ",,,,,,\n",
    )

    # 01:00 in Berlin's summer is 23:00 UTC of the day before.
    rows = convert(SOURCE, "2026-08", "started_at::text, ended_at::text")
    assert rows == [("2026-08-31 23:00:00", "2026-09-01 00:00:00")]


def test_a_row_with_more_cells_than_the_header_is_refused_in_a_sentence(put, settings):
    put("runs.csv", f"{WHOLE}r1,7,FINISHED,2026-09-01,,,,,,,,,,,1\n")

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "runs.csv: a row has more or fewer cells than the header" in refusal.reason
    assert "Error" not in refusal.reason


@pytest.fixture
def put_changed(store, put, tmp_path):
    """Put a copy of the store into the exports folder, changed by a statement."""

    def change(statement):
        copy = tmp_path / "changed.db"
        copy.write_bytes(store[0].read_bytes())
        with sqlite3.connect(copy) as db:
            db.execute(statement)
        put("m.db", copy.read_bytes())

    return change


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("update runs set end_time = start_time - 1", "it ends before it starts"),
        ("update runs set start_time = 99999999999999999", "a start that is no time"),
        ("update tags set value = 'all' where key = 'gpu_count'", "a number of GPUs"),
    ],
)
def test_an_odd_run_of_a_store_is_left_out_by_name(
    statement, reason, put_changed, convert, reasons
):
    where = "run_uuid = (select run_uuid from tags where key = 'slurm_job_id')"
    joined = "and" if "where" in statement else "where"
    put_changed(f"{statement} {joined} {where}")

    assert len(convert(SOURCE, "2026-08", "run_id")) == 3
    [(said, count)] = reasons().items()
    assert said.startswith(reason)
    assert count == 1


def test_infinity_in_a_store_is_no_value(put_changed, convert, reasons):
    put_changed("update metrics set value = 1.7976931348623157e308 where key = 'loss'")

    assert convert(metrics.SOURCE, "2026-08", "metric_name") == [("eval_accuracy",)]
    # Two losses and the NaN.
    assert reasons() == {"a value that is no number": 3}
