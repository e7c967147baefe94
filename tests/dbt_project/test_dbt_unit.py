"""dbt's own unit tests, on a copy of the built database."""

import os
import shutil
import subprocess

import pytest

from pipelines.settings import Settings
from pipelines.transform.project import (
    COMPILED,
    DBT,
    ENVIRONMENT,
    PARSED,
    project_folder,
    target_folder,
)

pytestmark = pytest.mark.slow


def test_every_unit_test_of_the_models_passes(sample_settings, new_home, tmp_path):
    home = Settings(home=new_home(tmp_path / "home"))
    project, target = project_folder(home), target_folder(home)
    # What dbt has read of the project already, when it was compiled.
    shutil.copy(COMPILED / PARSED, target)
    shutil.copy(sample_settings.build_database, target)

    done = subprocess.run(
        [
            *(DBT, "--log-level-file", "none", "--no-write-json"),
            *("test", "--select", "test_type:unit", "--no-populate-cache"),
            *("--profiles-dir", project, "--target-path", target),
        ],
        cwd=project,
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "PASS=" in done.stdout
    assert "PASS=0" not in done.stdout
