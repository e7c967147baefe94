"""Calls of the command line as a person makes them."""

import os

import pytest
from command_server import UNITMILL


@pytest.fixture
def call(commands, tmp_path):
    """Call `unitmill` below tmp_path, as somebody who has it on the PATH."""

    def run(*words, folder="."):
        environment = {k: v for k, v in os.environ.items() if "UNITMILL" not in k}
        environment["PATH"] = f"{UNITMILL.parent}{os.pathsep}{environment['PATH']}"
        return commands(words, tmp_path / folder, environment)

    return run
