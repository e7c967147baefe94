"""dbt's own unit tests, on a copy of the built database."""

import os
import shutil
import subprocess

import pytest

from pipelines.settings import DBT_DIR
from pipelines.transform.project import DBT

pytestmark = pytest.mark.slow


def test_every_unit_test_of_the_models_passes(sample_settings, tmp_path):
    database = tmp_path / "warehouse.duckdb"
    shutil.copy(sample_settings.build_database, database)
    environment = os.environ | {
        "UNITMILL_BUILD_DATABASE": str(database),
        "UNITMILL_MEMORY_LIMIT": sample_settings.memory_limit,
        "DO_NOT_TRACK": "1",
    }

    done = subprocess.run(
        [
            DBT,
            "test",
            "--select",
            "test_type:unit",
            "--profiles-dir",
            DBT_DIR,
            "--target-path",
            tmp_path / "target",
            "--log-path",
            tmp_path / "logs",
        ],
        cwd=DBT_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "PASS=" in done.stdout
    assert "PASS=0" not in done.stdout
