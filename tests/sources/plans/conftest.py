"""Fixtures of the plan tests: a folder of plans written in a line each."""

import duckdb
import pytest
import yaml

from pipelines.settings import PlansSettings, Settings
from pipelines.sources.plans import compile_plans, read_plans


@pytest.fixture
def write_plan(tmp_path):
    """Write one plan file; what is not said is a rename of 'amount'."""

    def write(file="cost_S001", folder="acme", **fields):
        plan = {
            "plan_name": "the cost",
            "column": "amount",
            "conversion_type": "rename_column",
            "focus_column": "BilledCost",
        } | fields
        path = tmp_path / "plans" / folder / f"{file}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(plan))
        return path.parent

    return write


@pytest.fixture
def run():
    """Compile a folder over rows and give the result's rows."""

    def rows(folder, relation, **options):
        with duckdb.connect() as db:
            db.execute("set timezone = 'Asia/Tokyo'")  # a session's zone moves nothing
            described = db.execute(f"describe {relation}").fetchall()
            present = {row[0]: row[1] for row in described}
            compiled = compile_plans(read_plans(folder), relation, present, **options)
            return db.execute(compiled.select).fetchall(), compiled

    return rows


@pytest.fixture
def settings(tmp_path):
    """Give settings whose exports, plans and home are in the test's folder."""
    (tmp_path / "exports").mkdir(exist_ok=True)
    return Settings(
        exports=tmp_path / "exports",
        home=tmp_path / "home",
        plans=PlansSettings(folder=tmp_path / "plans"),
    )
