"""Build the sample company on both engines and compare: ``make parity``."""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from pipelines.defs.run import build
from pipelines.settings import PROJECT_DIR, Settings
from tests.parity.building import graph_of, models, run, same_ledger, upstream
from tests.parity.comparing import differences
from tests.parity.exceptions import EXCEPTIONS


def main(marts: list[str]) -> int:
    """Compare, and say what differs; give the exit code."""
    with TemporaryDirectory() as folder:
        home = Path(folder, "duckdb")
        settings = Settings(home=home, exports=PROJECT_DIR / "sample_exports")
        outcome = build(settings, Console(stderr=True))
        if not outcome.published:
            sys.exit("\n".join(outcome.reasons))
        graph = graph_of(settings)
        chosen = upstream(graph, marts) if marts else {*graph.nodes}
        spark = same_ledger(settings, Path(folder, "spark"))
        wrong = []
        with_duckdb = {r.node.id: r for r in run(settings, graph, chosen)}
        began = time.monotonic()
        for result in run(spark, graph, chosen):
            before = with_duckdb[result.node.id]
            if (result.status, result.row_count) != (before.status, before.row_count):
                wrong.append(
                    f"{result.node.name}: {result.status} with {result.row_count} on "
                    f"Spark, {before.status} with {before.row_count} on DuckDB "
                    f"{result.message}"
                )
                print(wrong[-1], flush=True)
        print(f"{len(chosen)} nodes on Spark in {time.monotonic() - began:.0f} s")
        equal = 0
        tables = models(graph, chosen)
        for node, found in differences(
            settings.build_database, spark.build_database, tables
        ):
            if found and node.name not in EXCEPTIONS:
                wrong.append(str(found))
                print(found, flush=True)
            equal += found is None
        print(f"{equal} of {len(tables)} models equal row for row")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
