"""The Spark that ``unitmill.toml`` names, set so that it counts as DuckDB does."""

import atexit
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from pipelines.landing.source import ExportError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Spark's own defaults would change money: by allowPrecisionLoss the sum of two amounts
# has 11 decimals, and 37 models say another amount.
MEANING: Final[Mapping[str, str]] = {
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.caseSensitive": "false",
    "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
# Where a Spark of these processes starts with the session; a cluster has its own.
_LOCAL: Final[Mapping[str, str]] = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    # Tasks run this Unitmill, wherever it lies.
    "spark.executorEnv.PYTHONPATH": str(Path(__file__).parents[2]),
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # A plan of a hundred columns is a deep tree.
    "spark.driver.extraJavaOptions": "-Xss16m",
    "spark.executor.extraJavaOptions": "-Xss16m",
    # Two rules of Spark 4.3 name a column differently and refuse each other's plans.
    "spark.sql.lightweightPlanChangeValidation": "false",
    # No index of a hundred columns is worth its compilation on small tables.
    "spark.sql.shuffle.partitions": "2",
}
# Sessions of this process that count as DuckDB does.
_READY: Final["WeakSet[SparkSession]"] = WeakSet()


class SparkError(ExportError):
    """The Spark cannot be used; the message says why, and what to do."""


def session(settings: Settings) -> "SparkSession":
    """Connect to the Spark of the settings, or give the session that is there.

    Raises:
        SparkError: it is not installed, cannot be reached, or cannot be set so that it
            counts as DuckDB does.
    """
    engine = settings.engine
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SparkError(
            "Spark's client is not installed; run: pip install 'unitmill[spark]'"
        ) from error
    is_local = engine.remote.startswith("local")
    if is_local:
        # The only way to say which Python its tasks run.
        os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.appName("unitmill")
    if engine.remote.startswith("sc://"):
        builder = builder.remote(engine.remote)
    else:
        builder = builder.master(engine.remote)
    for key, value in ({**(_LOCAL if is_local else {})} | engine.options).items():
        builder = builder.config(key, value)
    try:
        found = builder.getOrCreate()
    except Exception as error:  # of gRPC, of Java, of Spark: whatever stops it
        needed = " (it needs Java 17 or newer)" if is_local else ""
        raise SparkError(
            f"no Spark answers at {engine.remote}{needed}: {first_line(error)}"
        ) from error
    # Each source that is converted asks for it again.
    if found not in _READY:
        # Else what it started is killed at the end, and says so at length.
        atexit.register(found.stop)
        # It writes each refused query to stderr; whoever ran it says what is wrong.
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
        for key, value in MEANING.items():
            _set(found, key, value)
        _READY.add(found)
    return found


def _set(found: "SparkSession", key: str, value: str) -> None:
    try:
        found.conf.set(key, value)
        now = found.conf.get(key)
    except Exception as error:
        raise SparkError(_unsettable(key, value, first_line(error))) from error
    if now != value:
        raise SparkError(_unsettable(key, value, f"it stays {now}"))


def _unsettable(key: str, value: str, why: str) -> str:
    return (
        f"this Spark does not take {key} = {value}, without which it would say other "
        f"amounts than DuckDB: {why}"
    )


def is_of_spark(error: Exception) -> bool:
    """Return whether Spark, or its client, says that something cannot be done."""
    return type(error).__module__.startswith(("pyspark", "py4j", "grpc"))


def first_line(error: Exception) -> str:
    """Give the first line of what went wrong, for one sentence."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
