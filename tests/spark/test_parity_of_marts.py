"""Four marts and all that they are made of: the same rows on Spark, killed or not.

``make parity`` compares all models, and asks all tests; CI has no time for that.
"""

import re
import shutil
import subprocess
import sys

import pytest

from pipelines.settings import PROJECT_DIR

MARTS = (
    "fct_token_costs_daily",
    "fct_inference_costs_daily",
    "fct_showback_daily",
    "fct_training_run_costs",
)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("java"), reason="a Spark needs Java")
def test_four_marts_are_the_same_on_both_engines_where_an_executor_is_killed(
    copy_of_built, tmp_path
):
    home = copy_of_built(tmp_path).home_dir

    # In a process of its own: one process has one Spark.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.parity", *MARTS),
            *("--home", home, "--kill-every", "60", "--no-tests"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=PROJECT_DIR,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^[1-9]\d* executors killed$", done.stdout, re.MULTILINE)
