"""Dagster's records in Postgres: the same runs are kept, the same state stays shown."""

from contextlib import contextmanager

import dagster as dg
import pytest
import sqlalchemy
import yaml

from pipelines.defs.history import trim_history
from pipelines.defs.instance import prepare_dagster_home
from pipelines.defs.run import _recorded
from pipelines.landing.source import ExportError
from pipelines.postgres_storage import DRIVER, PLAIN
from pipelines.settings import DagsterSettings, PublishingSettings

VARIABLE = "DAGSTER_POSTGRES_URL"


@dg.asset(check_specs=[dg.AssetCheckSpec("is_well", asset="seen")])
def seen():
    yield dg.MaterializeResult(metadata={"dagster/row_count": 3})
    yield dg.AssetCheckResult(passed=True)


@dg.asset
def unchecked():
    pass


@pytest.fixture
def settings(settings):
    return settings.model_copy(
        update={
            "dagster": DagsterSettings(database_url_variable=VARIABLE),
            "publishing": PublishingSettings(keep_versions=2),
        }
    )


@pytest.fixture
def asked(postgres_server, monkeypatch):
    """Empty the database; give a function that asks it."""
    monkeypatch.setenv("DAGSTER_HOME", "")
    monkeypatch.setenv(VARIABLE, postgres_server)
    engine = sqlalchemy.create_engine(PLAIN.sub(DRIVER, postgres_server))

    def ask(sql):
        with engine.begin() as connection:
            answer = connection.execute(sqlalchemy.text(sql))
            return [tuple(row) for row in answer] if answer.returns_rows else []

    ask("drop schema public cascade")
    ask("create schema public")
    yield ask
    engine.dispose()


@contextmanager
def opened(settings):
    with dg.DagsterInstance.from_config(str(prepare_dagster_home(settings))) as made:
        yield made


def test_runs_are_kept_in_postgres_and_the_oldest_leave_nothing(settings, asked):
    with opened(settings) as instance:
        first = dg.materialize([seen], instance=instance).run_id
        runs = [dg.materialize([unchecked], instance=instance).run_id for _ in range(4)]

        removed = trim_history(settings, instance, at_least=2)

        assert sorted(removed) == sorted([first, *runs[:2]])
        assert {run.run_id for run in instance.get_runs()} == {*runs[2:]}
        last = instance.get_latest_materialization_event(dg.AssetKey("seen"))
        assert last.run_id == first
    kept = asked("select distinct run_id from event_logs")
    assert {run_id for (run_id,) in kept} == {*runs[2:]}
    executions = "select run_id, execution_status from asset_check_executions"
    assert asked(executions) == [(first, "SUCCEEDED")]
    assert not [*settings.dagster_home.rglob("*.db")]


def test_the_file_names_the_variable_and_no_address(settings, asked, postgres_server):
    text = (prepare_dagster_home(settings) / "dagster.yaml").read_text()

    assert postgres_server not in text
    for records in ("run_storage", "schedule_storage", "event_log_storage"):
        said = yaml.safe_load(text)[records]["config"]
        assert said == {"postgres_url": {"env": VARIABLE}}


def test_a_variable_that_is_empty_is_named(settings, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)

    with pytest.raises(ExportError, match=f"{VARIABLE}, which the setting .* is empty"):
        prepare_dagster_home(settings)


def test_records_that_cannot_be_written_are_a_sentence_without_the_address(settings):
    cause = OSError("connection to secret.example failed")
    with (
        pytest.raises(ExportError, match=f"address in {VARIABLE} cannot be written"),
        _recorded(settings.model_copy(update={"home": settings.exports_dir})),
    ):
        raise sqlalchemy.exc.OperationalError("select 1", {}, cause)


def test_records_on_a_full_disk_are_a_sentence(settings):
    here = {"dagster": DagsterSettings(), "home": settings.exports_dir}
    with (
        pytest.raises(ExportError, match=r"disk I/O error; .* MB are free "),
        _recorded(settings.model_copy(update=here)),
    ):
        raise sqlalchemy.exc.OperationalError("insert", {}, OSError("disk I/O error"))
