"""Build the sample company on both engines and compare: ``make parity``."""

import argparse
import contextlib
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from bench.growth import graph_of
from pipelines.defs.run import build
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.transform.graph import Graph
from tests.parity.building import models, run, same_ledger, upstream
from tests.parity.comparing import differences
from tests.parity.exceptions import EXCEPTIONS
from tests.parity.killing import executors_killed


def main(marts: list[str], home: Path | None, kill_every: float, *, tests: bool) -> int:
    """Compare, and say what differs; give the exit code."""
    with TemporaryDirectory() as folder:
        exports = PROJECT_DIR / "sample_exports"
        duck = Settings(home=home or Path(folder, "duckdb"), exports=exports)
        if not duck.ledger_dir.exists():
            outcome = build(duck, Console(stderr=True))
            if not outcome.published:
                sys.exit("\n".join(outcome.reasons))
        spark = same_ledger(duck, Path(folder, "spark"))
        graph = graph_of(duck)
        chosen = upstream(graph, marts) if marts else {*graph.nodes}
        if not tests:
            chosen -= {n.id for n in graph.nodes.values() if n.kind == "test"}
        killing = (
            executors_killed(kill_every) if kill_every else contextlib.nullcontext([])
        )
        with killing as killed:
            wrong = [*_ended_otherwise(duck, spark, graph, chosen)]
        if kill_every:
            print(f"{len(killed)} executors killed")
        tables = models(graph, chosen)
        found = differences(duck.build_database, spark.build_database, tables)
        differ = [difference for _, difference in found if difference]
        wrong += [str(one) for one in differ if one.name not in EXCEPTIONS]
        for one in differ:
            if one.name in EXCEPTIONS:
                print(f"{one} ({EXCEPTIONS[one.name]})")
        print(f"{len(tables) - len(differ)} of {len(tables)} models equal row for row")
    print("\n".join(wrong))
    return 1 if wrong else 0


def _ended_otherwise(
    duck: Settings, spark: Settings, graph: Graph, chosen: set[str]
) -> list[str]:
    """Run the nodes on both; say which ended otherwise or with other counts."""
    on_duckdb = {result.node.id: result for result in run(duck, graph, chosen)}
    began, wrong = time.monotonic(), []
    for result in run(spark, graph, chosen):
        before = on_duckdb[result.node.id]
        # Of a view that DuckDB counted for a reader, Spark need not know the rows.
        same_rows = before.row_count == result.row_count or (
            result.node.materialized == "view"
        )
        if result.status != before.status or not same_rows:
            wrong.append(
                f"{result.node.name}: {result.status} ({result.row_count}) on Spark, "
                f"{before.status} ({before.row_count}) on DuckDB {result.message}"
            )
    print(f"{len(chosen)} nodes on Spark in {time.monotonic() - began:.0f} s")
    return wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.parity")
    parser.add_argument("marts", nargs="*", help="with all they are made of; else all")
    parser.add_argument("--home", type=Path, help="one that DuckDB has built already")
    parser.add_argument("--kill-every", type=float, default=0, metavar="SECONDS")
    parser.add_argument("--no-tests", action="store_true", help="compare models alone")
    asked = parser.parse_args()
    sys.exit(main(asked.marts, asked.home, asked.kill_every, tests=not asked.no_tests))
