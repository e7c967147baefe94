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
from pipelines.settings import PROJECT_DIR, Settings

pytestmark = pytest.mark.slow

BY_SQL = """
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


# What is counted is divided, in the month of the charge.
UNIT_COSTS = {
    "cost_per_1k_tokens": """
        select
            strftime(charge_date, '%Y-%m'),
            sum(effective_cost)::double * 1000 / sum(token_count)
        from fct_token_costs_daily
        where token_count is not null
        group by all
    """,
    "cost_per_training_hour": """
        select
            strftime(billing_period_start, '%Y-%m'),
            sum(effective_cost)::double / sum(training_hours)
        from fct_training_hour_costs
        where training_hours > 0
        group by all
    """,
}


@pytest.mark.parametrize("metric", UNIT_COSTS)
def test_a_unit_cost_divides_only_what_is_counted(asked, metric):
    said = {
        row["metric_time__month"][:7]: float(row[metric])
        for row in asked(metric, "metric_time__month")
        if row[metric]
    }

    with duckdb.connect(str(asked.database), read_only=True) as db:
        expected = dict(db.execute(UNIT_COSTS[metric]).fetchall())
    assert said == pytest.approx(expected)


def test_a_metric_is_what_sql_says_it_is(asked):
    said = {
        row["inference_row__model_id"]: float(row["cost_per_inference"])
        for row in asked("cost_per_inference", "inference_row__model_id")
        if row["cost_per_inference"]
    }

    with duckdb.connect(str(asked.database), read_only=True) as db:
        expected = dict(db.execute(BY_SQL).fetchall())
    assert len(expected) > 3
    assert said == pytest.approx(expected)
