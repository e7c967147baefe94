"""The sample company on DuckDB and on Spark: one ledger, two build databases."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.settings import Settings
from pipelines.transform.database import opened, start_build
from pipelines.transform.engines import runner_of
from pipelines.transform.graph import Graph, Node
from pipelines.transform.project import compiled
from pipelines.transform.runner import Result

# Two executors of one core, as many as CI has.
CLUSTER = "local-cluster[2,1,1024]"
# For tables of some thousand rows: nothing is worth a compilation or a second shuffle.
SMALL = {
    "spark.driver.memory": "3g",
    "spark.executor.memory": "900m",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "2",
}


def upstream(graph: Graph, marts: Sequence[str]) -> set[str]:
    """Give the ids of marts, of all that they are made of, and of tests of these."""
    names = {node.name: key for key, node in graph.nodes.items()}
    waiting, found = [names[mart] for mart in marts], set()
    while waiting:
        key = waiting.pop()
        if key in graph.nodes and key not in found:
            found.add(key)
            waiting += graph.nodes[key].inputs
    read = found | {*graph.sources}
    tests = (node for node in graph.nodes.values() if node.kind == "test")
    return found | {test.id for test in tests if read.issuperset(test.inputs)}


def same_ledger(settings: Settings, home: Path, **engine: object) -> Settings:
    """Give a home with the ledger of another, for the models alone."""
    for folder in ("landing", "ledger"):
        shutil.copytree(settings.home_dir / folder, home / folder, dirs_exist_ok=True)
    return Settings(
        home=home,
        exports=settings.exports_dir,
        engine={"kind": "spark", "remote": CLUSTER, "models": "all", "options": SMALL}
        | engine,
    )


def run(settings: Settings, graph: Graph, chosen: set[str]) -> Iterator[Result]:
    """Run models and tests in a home's build database, by its engine."""
    compiled(settings)
    start_build(settings)
    with opened(settings) as db:
        # A model names the build: the same one, so that it has the same rows.
        db.execute("update meta.build set build_id = 'parity'")
        yield from runner_of(settings, db, graph).run(chosen)


def models(graph: Graph, chosen: set[str]) -> list[Node]:
    """Give the tables among nodes, in their order."""
    return [
        node
        for node in graph.of(chosen)
        if node.kind == "model" and node.materialized == "table"
    ]
