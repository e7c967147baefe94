"""The event log is Dagster's own, but for how it connects, and it is kept short."""

import sqlite3
from contextlib import closing

import dagster as dg
import pytest
import yaml

from pipelines.defs.history import KEPT_RUNS, trim_history
from pipelines.defs.home import home_resource
from pipelines.defs.instance import BATCH_SIZE, prepare_dagster_home
from pipelines.event_log import EventLog
from pipelines.settings import PublishingSettings


@dg.asset(check_specs=[dg.AssetCheckSpec("is_well", asset="seen")])
def seen():
    yield dg.MaterializeResult(metadata={"dagster/row_count": 3})
    yield dg.AssetCheckResult(passed=True, metadata={"rows": "x" * 20_000})


@dg.asset
def unchecked():
    pass


@dg.job
def other():
    pass


@pytest.fixture
def home(settings, monkeypatch):
    """Give the home's folder of Dagster, as a build prepares it."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv(BATCH_SIZE, "")
    return prepare_dagster_home(settings)


@pytest.fixture
def instance(home):
    with dg.DagsterInstance.from_config(str(home)) as made:
        yield made


def materialize(instance):
    return dg.materialize([seen], instance=instance).run_id


def rows(home, database, sql):
    with closing(sqlite3.connect(home / "history" / "runs" / database)) as db:
        return db.execute(sql).fetchall()


def test_the_home_names_this_event_log(instance):
    assert isinstance(instance.event_log_storage, EventLog)


def test_dagsters_own_event_log_reads_what_was_written(home, instance, tmp_path):
    run_id = materialize(instance)
    written = [entry.to_json() for entry in instance.all_logs(run_id)]
    told = yaml.safe_load((home / "dagster.yaml").read_text())
    told["event_log_storage"] |= {
        "module": "dagster._core.storage.event_log",
        "class": "SqliteEventLogStorage",
    }
    (tmp_path / "stock").mkdir()
    (tmp_path / "stock" / "dagster.yaml").write_text(yaml.safe_dump(told))

    with dg.DagsterInstance.from_config(str(tmp_path / "stock")) as stock:
        read = [
            entry.to_json()
            for entry in stock.event_log_storage.get_logs_for_run(run_id)
        ]
        [record] = stock.fetch_materializations(dg.AssetKey("seen"), limit=1).records

    assert len(written) > 5
    assert read == written
    assert record.asset_materialization.metadata["dagster/row_count"].value == 3


def test_what_is_planned_at_once_is_what_is_planned_one_by_one(
    home, instance, monkeypatch
):
    at_once = materialize(instance)
    monkeypatch.delenv(BATCH_SIZE)
    one_by_one = materialize(instance)

    of = (
        "select dagster_event_type, step_key, asset_key, count(*) from event_logs "
        "where run_id = '{}' group by 1, 2, 3 order by 1, 2, 3"
    )
    checks = (
        "select asset_key, check_name, execution_status from asset_check_executions "
        "where run_id = '{}'"
    )
    for sql in (of, checks):
        first, second = (
            rows(home, "index.db", sql.format(run)) for run in (at_once, one_by_one)
        )
        assert first == second != []
    own = [rows(home, f"{run}.db", of.format(run)) for run in (at_once, one_by_one)]
    assert own[0] == own[1] != []


def test_of_a_batch_that_fails_nothing_is_stored(home, instance):
    run_id = materialize(instance)
    [*entries] = instance.event_log_storage.get_logs_for_run(run_id)
    count = "select count(*) from event_logs"
    before = rows(home, f"{run_id}.db", count), rows(home, "index.db", count)

    with pytest.raises(dg.DagsterError):
        instance.event_log_storage.store_event_batch([*entries, "no event"])

    assert before == (rows(home, f"{run_id}.db", count), rows(home, "index.db", count))
    instance.event_log_storage.store_event(entries[0])
    assert rows(home, f"{run_id}.db", count) == [(before[0][0][0] + 1,)]


def test_connections_stay_open_and_few(instance):
    for _ in range(6):
        materialize(instance)

    kept = list(instance.event_log_storage._engines)
    assert len(kept) == 4
    assert "index" in kept


def few(settings):
    return settings.model_copy(
        update={"publishing": PublishingSettings(keep_versions=2)}
    )


def test_the_newest_runs_of_each_job_are_kept_and_the_rest_leaves_no_file(
    home, instance, settings
):
    elsewhere = other.execute_in_process(instance=instance).run_id
    runs = [materialize(instance) for _ in range(10)]
    before = rows(home, "index.db", "pragma page_count")

    removed = trim_history(few(settings), instance, at_least=3)

    assert sorted(removed) == sorted(runs[:7])
    assert {run.run_id for run in instance.get_runs()} == {elsewhere, *runs[7:]}
    files = {path.name for path in (home / "history" / "runs").glob("*.db")}
    assert files == {"index.db", f"{elsewhere}.db", *(f"{r}.db" for r in runs[7:])}
    assert not [path for path in home.rglob("*") if runs[0] in path.name]
    executions = "select count(distinct run_id), count(*) from asset_check_executions"
    assert rows(home, "index.db", executions) == [(3, 3)]
    assert rows(home, "index.db", "pragma page_count") < before
    assert rows(home, "index.db", "pragma freelist_count") == [(0,)]


def test_the_last_state_of_an_asset_stays_shown_when_its_run_is_removed(
    home, instance, settings
):
    first = materialize(instance)
    for _ in range(3):
        dg.materialize([unchecked], instance=instance)

    assert trim_history(few(settings), instance, at_least=2)[-1] == first

    last = instance.get_latest_materialization_event(dg.AssetKey("seen"))
    assert last.run_id == first
    executions = "select run_id, execution_status from asset_check_executions"
    assert rows(home, "index.db", executions) == [(first, "SUCCEEDED")]


def test_as_many_runs_are_kept_as_versions(instance, settings):
    runs = [materialize(instance) for _ in range(3)]

    assert trim_history(few(settings), instance, at_least=1) == runs[:1]
    assert trim_history(settings, instance) == []


def test_an_unfinished_run_is_not_removed(instance, settings):
    waiting = dg.DagsterRun(job_name="build", status=dg.DagsterRunStatus.NOT_STARTED)
    instance.add_run(waiting)
    for _ in range(3):
        instance.add_run(dg.DagsterRun("build", status=dg.DagsterRunStatus.SUCCESS))

    trim_history(few(settings), instance, at_least=2)

    assert instance.get_run_by_id(waiting.run_id) is not None
    assert len(instance.get_runs()) == 3


def test_a_run_trims_the_history_at_its_end(instance, settings):
    @dg.asset(required_resource_keys={"home"})
    def made():
        pass

    definitions = dg.Definitions(
        assets=[made],
        resources={"home": home_resource(settings, {made.key})},
        executor=dg.in_process_executor,
    )
    job = definitions.resolve_implicit_global_asset_job_def()
    for _ in range(KEPT_RUNS + 2):
        instance.add_run(dg.DagsterRun(job.name, status=dg.DagsterRunStatus.SUCCESS))

    result = job.execute_in_process(instance=instance)

    kept = [run.run_id for run in instance.get_runs()]
    assert len(kept) == KEPT_RUNS
    assert kept[0] == result.run_id
