"""A run has the home for itself, and runs whose process died are ended."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from pipelines.defs.home import KILLED, PART, end_dead_runs, home_resource
from pipelines.publishing.lock import lives, living

Status = dg.DagsterRunStatus


@pytest.fixture
def instance(tmp_path):
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as made:
        yield made


@dg.asset(required_resource_keys={"home"})
def one(context: dg.AssetExecutionContext):
    context.log.info("note: <%s>", context.resources.home.note)


@dg.asset(required_resource_keys={"home"})
def two():
    pass


@pytest.fixture
def run(settings, instance):
    """Run assets in the home; give the result, and every line that it logged."""

    def once(*selection, assets=(one, two)):
        keys = {key for asset in assets for key in asset.keys}
        definitions = dg.Definitions(
            assets=assets,
            resources={"home": home_resource(settings, keys)},
            executor=dg.in_process_executor,
        )
        job = definitions.resolve_implicit_global_asset_job_def()
        result = job.execute_in_process(
            instance=instance,
            asset_selection=[asset.key for asset in selection],
            raise_on_error=False,
        )
        lines = [entry.user_message for entry in instance.all_logs(result.run_id)]
        return result, lines

    return once


def test_a_run_of_everything_is_no_part(run):
    result, lines = run()

    assert result.success
    assert "note: <>" in lines
    assert PART not in lines


def test_a_run_of_a_part_says_so_in_one_line(run):
    result, lines = run(one)

    assert result.success
    assert lines.count(PART) == 1
    assert f"note: <{PART}>" in lines


def test_a_run_lives_until_its_end(run, settings):
    seen = []

    @dg.asset(required_resource_keys={"home"})
    def asks(context: dg.AssetExecutionContext):
        seen.append(lives(settings, context.run.run_id))

    result, _ = run(assets=[asks])

    assert seen == [True]
    assert lives(settings, result.run_id) is None


@pytest.fixture
def left_behind(instance, tmp_path):
    """Record a run of which Dagster believes for so many seconds that it works."""

    def record(status, seconds=0):
        run = dg.DagsterRun(job_name="build", status=status)
        instance.add_run(run)
        changed = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=seconds)
        database = tmp_path / "dagster" / "history" / "runs.db"
        with closing(sqlite3.connect(database)) as db, db:
            db.execute(
                "update runs set update_timestamp = ? where run_id = ?",
                (changed.isoformat(" "), run.run_id),
            )
        return run.run_id

    return record


def status_of(instance, run_id):
    return instance.get_run_by_id(run_id).status


@pytest.mark.parametrize("status", [Status.STARTING, Status.STARTED, Status.CANCELING])
def test_a_run_whose_process_was_killed_is_ended(
    settings, instance, left_behind, status
):
    run_id = left_behind(status)
    sign = settings.home_dir / "running" / run_id
    sign.parent.mkdir(parents=True)
    sign.touch()  # as kill -9 leaves it: nobody holds it

    assert end_dead_runs(settings, instance) == [run_id]

    ended = Status.CANCELED if status is Status.CANCELING else Status.FAILURE
    assert status_of(instance, run_id) is ended
    assert KILLED in [e.dagster_event.message for e in instance.all_logs(run_id)]
    assert not sign.exists()
    assert end_dead_runs(settings, instance) == []


@pytest.mark.parametrize(
    ("status", "patience"), [(Status.STARTING, 300), (Status.STARTED, 60)]
)
def test_a_run_without_a_sign_is_ended_when_it_had_its_time(
    settings, instance, left_behind, status, patience
):
    young, old = (left_behind(status, patience + more) for more in (-20, 20))

    assert end_dead_runs(settings, instance) == [old]
    assert status_of(instance, young) is status


def test_a_run_that_lives_or_has_not_begun_is_not_ended(
    settings, instance, left_behind
):
    working = left_behind(Status.STARTED, seconds=3600)
    waiting = left_behind(Status.NOT_STARTED, seconds=3600)

    with living(settings, working):
        assert end_dead_runs(settings, instance) == []

    assert status_of(instance, waiting) is Status.NOT_STARTED


def test_the_next_run_ends_the_dead_ones(run, instance, left_behind):
    dead = left_behind(Status.STARTED, seconds=3600)

    result, _ = run()

    assert result.success
    assert status_of(instance, dead) is Status.FAILURE
