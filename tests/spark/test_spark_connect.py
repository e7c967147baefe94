"""The same models over Spark Connect, whose client has no Java and no SparkContext."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyspark
import pytest

SPARK = Path(pyspark.__file__).parent
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
PATIENCE_SECONDS = 120
NODES = Path(__file__).with_name("test_nodes_on_spark.py")

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(not shutil.which("java"), reason="a Spark needs Java"),
    pytest.mark.slow,
]


def answers(port):
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def address(tmp_path):
    """Start a server of Spark Connect on a port of its own; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
    }
    given = [
        word for key, value in words.items() for word in ("--conf", f"{key}={value}")
    ]
    server = subprocess.Popen(
        [
            *(SPARK / "bin" / "spark-submit", "--class", SERVER),
            *("--master", "local[1]", *given, "spark-internal"),
        ],
        cwd=tmp_path,
        env=os.environ | {"SPARK_HOME": str(SPARK)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ends = time.monotonic() + PATIENCE_SECONDS
    while not answers(port) and time.monotonic() < ends and server.poll() is None:
        time.sleep(0.2)
    yield f"sc://127.0.0.1:{port}"
    server.kill()
    server.wait()


def test_models_and_tests_are_made_over_spark_connect(address):
    # In a process of its own: one process has one Spark.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", NODES),
            *("-k", "grows_is_made or fail_a_test or materialized"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"SPARK_OF_TESTS": address},
    )

    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
