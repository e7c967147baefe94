"""Calls of the command line as a person makes them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

UNITMILL = Path(sys.executable).parent / "unitmill"


@pytest.fixture
def call(tmp_path):
    """Call `unitmill` below tmp_path, as somebody who has it on the PATH."""

    def run(*words, folder="."):
        environment = {k: v for k, v in os.environ.items() if "UNITMILL" not in k}
        environment["PATH"] = f"{UNITMILL.parent}{os.pathsep}{environment['PATH']}"
        return subprocess.run(
            ["unitmill", *map(str, words)],
            cwd=tmp_path / folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
