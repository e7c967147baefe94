"""The Terraform of deploy/: its syntax, and the columns that it asks AWS for.

It is applied nowhere: whether a cloud takes it, no test here can say.
"""

import re
import shutil
import subprocess

import pytest

from pipelines.settings import PROJECT_DIR
from pipelines.sources.cost.aws.columns import CORE, known

TERRAFORM = PROJECT_DIR / "deploy" / "terraform"
CLOUDS = ("aws", "azure", "gcp", "oci")


def test_each_cloud_has_a_folder():
    assert sorted(path.name for path in TERRAFORM.iterdir()) == [*CLOUDS]


@pytest.mark.parametrize("cloud", CLOUDS)
def test_terraform_can_read_it(cloud):
    program = shutil.which("terraform")
    if not program:
        pytest.skip("no terraform here, so the syntax is not checked")
    # It parses the files, and asks no network: without providers nothing more is known.
    checked = subprocess.run(
        [program, "fmt", "-check", "-diff", str(TERRAFORM / cloud)],
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "/usr/bin:/bin",
            "CHECKPOINT_DISABLE": "1",
            "HOME": "/nonexistent",
        },
    )

    assert (checked.returncode, checked.stdout) == (0, ""), checked.stderr


def test_aws_is_asked_for_columns_that_its_source_reads():
    text = (TERRAFORM / "aws" / "main.tf").read_text("utf-8")
    listed = re.search(r"columns = \[(.*?)\]", text, re.DOTALL)[1]
    columns = re.findall(r'"(\w+)"', listed)

    assert set(CORE) <= set(columns)
    assert set(columns) <= {column.name for column in known()}
    assert len(columns) == len(set(columns))
