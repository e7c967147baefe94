"""MetricFlow reads the semantic layer and says what SQL says of the same version."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing.versions import current
from pipelines.semantic.declared import declared
from pipelines.settings import DBT_DIR, PROJECT_DIR, Settings

pytestmark = pytest.mark.slow

METRICS = [
    metric
    for mart in declared([DBT_DIR / "models"])
    for metric in mart.metrics
    if metric.time_column
]
BY_MODEL = """
select
    model_id,
    sum(effective_cost)::double / sum(inference_count) as cost_per_inference
from fct_inference_costs_daily
where is_billed and inference_count is not null
group by all
having sum(inference_count) > 0
order by all
"""


@pytest.fixture(scope="module")
def asked(sample_home, tmp_path_factory):
    """Give a function that asks MetricFlow, of a copy of what is published."""
    folder = tmp_path_factory.mktemp("semantic")
    project = folder / "dbt_project"
    shutil.copytree(
        PROJECT_DIR / "dbt_project",
        project,
        ignore=shutil.ignore_patterns("target", "logs"),
    )
    database = folder / "warehouse.duckdb"
    shutil.copyfile(current(Settings(home=sample_home)).database, database)
    database.chmod(0o644)
    tools = Path(sys.executable).parent
    environment = os.environ | {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "UNITMILL_BUILD_DATABASE": str(database),
        "UNITMILL_MARTS_SCHEMA": "main",
        "UNITMILL_MEMORY_LIMIT": "1GB",
        "DBT_PROFILES_DIR": ".",
        "DO_NOT_TRACK": "1",
        # `mf` asks the package index whether it is the newest; not from here.
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }

    def run(*command):
        done = subprocess.run(
            command,
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("dbt", "--quiet", "parse")

    def ask(metric, by):
        path = folder / "answer.csv"
        run(
            "mf", "query", "--metrics", metric, "--group-by", by, "--csv", str(path)
        )  # fmt: skip
        with path.open(newline="") as file:
            return list(csv.DictReader(file))

    ask.database = database
    return ask


def by_month(db, metric):
    """Give what plain SQL says of a metric, where it says anything."""
    known = [f"({metric.numerator}) is not null", f"({metric.filter or 'true'})"]
    answer = f"sum({metric.numerator})::double"
    if metric.denominator:
        known.append(f"({metric.denominator}) is not null")
        answer += f" * {metric.per} / nullif(sum({metric.denominator})::double, 0)"
    return {
        month: value
        for month, value in db.execute(
            f"select strftime({metric.time_column}, '%Y-%m'), {answer} "
            f"from {metric.mart} where {' and '.join(known)} group by all"
        ).fetchall()
        if value is not None
    }


def test_every_metric_is_by_month_what_sql_says_it_is(asked):
    answer = asked(",".join(one.metric for one in METRICS), "metric_time__month")

    with duckdb.connect(str(asked.database), read_only=True) as db:
        for metric in METRICS:
            said = {
                row["metric_time__month"][:7]: float(row[metric.metric])
                for row in answer
                if row[metric.metric]
            }
            assert said == pytest.approx(by_month(db, metric)), metric.metric


def test_a_metric_is_by_a_column_what_sql_says_it_is(asked):
    said = {
        row["inference_costs_daily__model_id"]: float(row["cost_per_inference"])
        for row in asked("cost_per_inference", "inference_costs_daily__model_id")
        if row["cost_per_inference"]
    }

    with duckdb.connect(str(asked.database), read_only=True) as db:
        expected = dict(db.execute(BY_MODEL).fetchall())
    assert len(expected) > 3
    assert said == pytest.approx(expected)
