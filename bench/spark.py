"""What the models cost on DuckDB and on a Spark: CPU seconds and time of a ledger.

Run ``python -m bench.spark 1 10`` in a built home. The ledger is repeated as in
``bench.growth``; the engine makes the models whose rows grow and those that read them,
DuckDB the others, without tests. A Spark is started with one executor and with two, of
one core each, so the ratio of their times is how it scales. Its CPU seconds are those
of its driver, its executors and this process together, from its start.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from bench.growth import graph_of, repeated_rows
from bench.measuring import row, table
from pipelines.landing.source import quoted
from pipelines.ledger.files import partitions, parts, sql_list
from pipelines.settings import Settings
from pipelines.transform.database import opened, start_build
from pipelines.transform.engines import runner_of

ENGINES = {
    "DuckDB": {},
    "Spark, 1 executor": {"kind": "spark", "remote": "local-cluster[1,1,2048]"},
    "Spark, 2 executors": {"kind": "spark", "remote": "local-cluster[2,1,2048]"},
}
OPTIONS = {
    "spark.driver.memory": "3g",
    "spark.executor.memory": "1800m",
    "spark.sql.shuffle.partitions": "4",
}


def repeated_home(settings: Settings, home: Path, times: int) -> int:
    """Write a home whose ledger has so many copies of each resource and call.

    Returns:
        How many charges it has.
    """
    shutil.copytree(settings.home_dir / "landing", home / "landing")
    charges = 0
    with duckdb.connect(config={"threads": 2, "memory_limit": "2GB"}) as db:
        for place in partitions(settings.ledger_dir):
            of = place.relative_to(settings.ledger_dir)
            # As one file a month, which has to have no record.
            target = (home / "ledger" / of).with_suffix(".parquet")
            target.parent.mkdir(parents=True, exist_ok=True)
            files = f"read_parquet({sql_list(parts(place))}, union_by_name = true)"
            [count] = db.execute(
                f"copy ({repeated_rows(of.parts[0], files, times)}) "
                f"to {quoted(target)} (format parquet)"
            ).fetchone() or [0]
            charges += count if of.parts[0] == "focus" else 0
    return charges


def make_all(home: Path, engine: str) -> dict[str, float]:
    """Make all models of a home by an engine; give CPU seconds and time."""
    chosen = ENGINES[engine]
    options = {"options": OPTIONS} if chosen else {}
    settings = Settings(home=home, exports=home, engine=chosen | options)
    graph = graph_of(settings)
    start_build(settings)
    models = {node.id for node in graph.nodes.values() if node.kind != "test"}
    began, before = time.monotonic(), _cpu_of_processes()
    with opened(settings) as db:
        bad = [r for r in runner_of(settings, db, graph).run(models) if r.is_bad]
    assert not bad, bad[0].message
    spent = _cpu_of_processes() - before
    return {"cpu": spent, "wall": time.monotonic() - began}


def _cpu_of_processes() -> float:
    """Add up the CPU seconds of this process and of all below it."""
    parents: dict[int, int] = {}
    used: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text("utf-8").rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        parents[int(place.name)] = int(fields[1])
        used[int(place.name)] = sum(map(int, fields[11:15]))
    ours = {os.getpid()}
    while more := {pid for pid, above in parents.items() if above in ours} - ours:
        ours |= more
    return sum(used[pid] for pid in ours) / os.sysconf("SC_CLK_TCK")


def report(all_times: list[int], engines: list[str]) -> None:
    """Print what engines take, for each number of copies."""
    table("copies", "charges", "engine", "CPU s", "s", "CPU s a million charges")
    for times in all_times:
        for engine in engines:
            with TemporaryDirectory() as folder:
                home = Path(folder, "home")
                charges = repeated_home(Settings(), home, times)
                done = subprocess.run(
                    [sys.executable, "-m", "bench.spark", "--child", home, engine],
                    stdout=subprocess.PIPE,
                    text=True,
                    check=True,
                )
                cost = json.loads(done.stdout.splitlines()[-1])
            cpu, wall = cost["cpu"], cost["wall"]
            million = f"{cpu / charges * 1e6:.0f}"
            row(times, charges, engine, f"{cpu:.1f}", f"{wall:.1f}", million)


def main() -> None:
    """Read the command line."""
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(make_all(Path(sys.argv[2]), sys.argv[3])))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("times", type=int, nargs="+")
    parser.add_argument("--engine", action="append", choices=ENGINES, help="or all")
    asked = parser.parse_args()
    report(asked.times, asked.engine or [*ENGINES])


if __name__ == "__main__":
    main()
