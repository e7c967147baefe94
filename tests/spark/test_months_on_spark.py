"""Months that a Spark converted are those that this process converts."""

import os
import shutil
import signal
import threading
import time
from pathlib import Path

import duckdb
import pytest

from pipelines.landing.deliveries import scan
from pipelines.ledger import planning
from pipelines.ledger.content import damage
from pipelines.ledger.conversion import convert_all
from pipelines.ledger.files import partition_path, partitions, parts, sql_list
from pipelines.ledger.partitions import recorded_inputs
from pipelines.ledger.stale import stale_partitions
from pipelines.ledger.tally import left_out
from pipelines.settings import Settings
from pipelines.sources.cost import focus_export
from pipelines.sources.registry import all_sources
from pipelines.spark.conversion import writer

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(not shutil.which("java"), reason="a Spark needs Java"),
    pytest.mark.slow,
]

# Two executors, each a process of one core.
CLUSTER = {"kind": "spark", "remote": "local-cluster[2,1,1024]"}
CHARGE = (
    "{0},a-1,USD,2026-09-01T00:00:00Z,2026-08-01T00:00:00Z,"
    "Usage,2026-08-03T00:00:00Z,2026-08-02T00:00:00Z,{0}\n"
)
HEADER = (
    "BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,"
    "ChargeCategory,ChargePeriodEnd,ChargePeriodStart,EffectiveCost\n"
)


@pytest.fixture(scope="module")
def a_spark_of_its_own():
    """Go on with no Spark that another test started, and leave none behind."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    for before_or_after in (True, False):
        if spark := SparkSession.getActiveSession():
            spark.stop()
        if before_or_after:
            yield


@pytest.fixture
def on_cluster(a_spark_of_its_own, tmp_path):
    """Give settings of a home whose months a Spark converts, and of these exports."""

    def of(exports, name="spark"):
        options = {"spark.ui.enabled": "false", "spark.log.level": "OFF"}
        engine = CLUSTER | {"options": options}
        return Settings(exports=exports, home=tmp_path / name, engine=engine)

    return of


def converted(settings, names=("focus_export",)):
    sources = [s for s in all_sources(settings) if not names or s.name in names]
    landing = scan(settings, sources)
    stale = stale_partitions(settings.ledger_dir, landing, sources)
    refused = [*convert_all(settings, stale, writer(settings))]
    return [one.reason for month in refused for one in month]


def executors():
    """Give the processes of the Spark that this process started, but its driver."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"org.apache.spark.executor.CoarseGrainedExecutorBackend" in words and (
            _is_ours(int(process.name))
        ):
            found.append(int(process.name))
    return found


def _is_ours(process):
    while process > 1:
        if process == os.getpid():
            return True
        stat = Path(f"/proc/{process}/stat").read_text()
        process = int(stat.rpartition(")")[2].split()[1])
    return False


def rows(ledger, place):
    """Give the rows of a partition in an order of their own."""
    found = sql_list(parts(ledger / place))
    return f"(select * from read_parquet({found}, union_by_name = true))"


def differences(one, other):
    places = [p.relative_to(one).as_posix() for p in partitions(one)]
    assert places == [p.relative_to(other).as_posix() for p in partitions(other)]
    with duckdb.connect() as db:
        for place in places:
            a, b = rows(one, place), rows(other, place)
            found = db.execute(
                f"select count(*) from (({a} except all {b}) "
                f"union all ({b} except all {a}))"
            ).fetchone()
            if found != (0,):
                yield place
        told = [sorted(db.execute(left_out(each)).fetchall()) for each in (one, other)]
    assert told[0] == told[1]


def test_all_months_of_the_sample_though_an_executor_is_killed(on_cluster, sample_home):
    """The executor goes in the middle: its tasks are tried again on another."""
    exports = Path(__file__).parents[2] / "sample_exports"
    chosen = on_cluster(exports)
    shutil.copytree(sample_home / "privacy", chosen.home_dir / "privacy")
    killed = []

    def kill():
        while not list(chosen.ledger_dir.rglob("*.tmp")) or not executors():
            time.sleep(0.05)
        killed.append(executors()[0])
        os.kill(killed[0], signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    assert converted(chosen, names=()) == []
    thread.join()

    assert len(killed) == 1
    ours, theirs = chosen.ledger_dir, sample_home / "ledger"
    made = {p.relative_to(ours) for p in partitions(ours)}
    laptop = chosen.home_dir / "laptop"
    for place in made:
        (laptop / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(theirs / place, laptop / place)
        record = place.with_name(f"{place.name}.sha256")
        shutil.copyfile(theirs / record, laptop / record)
    assert len(made) > 100
    assert list(differences(ours, laptop)) == []
    for place in made:
        assert damage(ours / place) == ""
        assert recorded_inputs(ours / place) == recorded_inputs(theirs / place)
    assert not list(ours.rglob("*.tmp"))


@pytest.fixture
def exported(tmp_path):
    """Write a FOCUS export of August, a file for each list of costs."""

    def write(*files):
        folder = tmp_path / "exports" / "run"
        folder.mkdir(parents=True, exist_ok=True)
        for number, costs in enumerate(files, 1):
            path = folder / f"focus_{number:05}.csv"
            path.write_text(HEADER + "".join(map(CHARGE.format, costs)))
            os.utime(path, (3600, 3600))
        return tmp_path / "exports"

    return write


@pytest.fixture
def in_parts(monkeypatch):
    """Let each file be a part."""
    monkeypatch.setattr(planning, "PART_BYTES", 1)


def month(settings):
    return partition_path(settings.ledger_dir, focus_export.SOURCE, "2026-08")


def test_a_month_in_30_parts_of_which_one_is_large(
    on_cluster, exported, in_parts, monkeypatch
):
    chosen = on_cluster(exported(*([n] for n in range(29)), range(20_000)))

    assert converted(chosen) == []

    assert len(parts(month(chosen))) == 30
    monkeypatch.setattr(planning, "PART_BYTES", 2**40)
    whole = Settings(exports=chosen.exports_dir, home=chosen.home_dir.parent / "whole")
    assert converted(whole) == []
    assert len(parts(month(whole))) == 1
    assert list(differences(chosen.ledger_dir, whole.ledger_dir)) == []


def test_a_task_whose_process_dies_is_tried_again(on_cluster, exported, in_parts):
    chosen = on_cluster(exported(*([n] for n in range(30))))
    killed = []

    def kill():
        while not killed:
            for one in executors():
                killed.extend(_workers(one))
            time.sleep(0.01)
            if not list(chosen.ledger_dir.rglob("*.tmp")):
                killed.clear()
        for process in killed:
            os.kill(process, signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    assert converted(chosen) == []
    thread.join()

    assert killed
    with duckdb.connect() as db:
        found = rows(chosen.ledger_dir, "focus/focus_export/2026-08")
        numbered = db.execute(
            f"select x_SourceRowNumber, BilledCost from {found} order by 1"
        ).fetchall()
    assert [(n, int(cost)) for n, cost in numbered] == [(n + 1, n) for n in range(30)]
    assert not list(chosen.ledger_dir.rglob("*.tmp"))


def _workers(executor):
    """Give the processes of Python in which an executor converts."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            grandparent = int(
                Path(f"/proc/{parent}/stat").read_text().rpartition(")")[2].split()[1]
            )
        except (OSError, IndexError):
            continue
        if grandparent == executor:
            found.append(int(process.name))
    return found


def test_a_refused_row_is_the_same_sentence_and_leaves_out_its_delivery(
    on_cluster, exported, in_parts
):
    exports = exported([1], [2], ["three"], [4])
    good = exports / "other"
    good.mkdir()
    other = HEADER + CHARGE.format(9).replace("a-1", "a-2")
    (good / "other_00001.csv").write_text(other)
    chosen = on_cluster(exports)
    here = Settings(exports=exports, home=chosen.home_dir.parent / "here")

    said = converted(chosen)

    assert said == converted(here)
    [sentence] = said
    assert "focus_00003.csv, row 1, column BilledCost: three is no number" in sentence
    assert len(partitions(chosen.ledger_dir)) == 1
    assert list(differences(chosen.ledger_dir, here.ledger_dir)) == []
