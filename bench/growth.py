"""Which models grow with the ledger: rows and CPU seconds of 1, 10, 30 times as much.

Run ``python -m bench.growth 1 10 30`` for a built home. Its ledger is repeated as if
each account had so many times the resources and calls: each copy of a charge, a GPU, a
pod, a call or a session has an id of its own, and a training job runs on all copies of
its machines. Accounts, teams, models and days stay, and so does what a month costs.
``tests/dbt_project/test_grain.py`` compares what grows with the grain in a model's yml.
"""

import argparse
import json
import resource
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import duckdb

from bench.measuring import row, table
from pipelines.settings import Settings
from pipelines.transform.graph import Graph, Node
from pipelines.transform.project import compiled

# Of the tables that are repeated, what tells a copy from another; `copy` is its number.
_OTHER: Final = "if(copy = 0 or {0} is null, {0}, {0} || '-x' || copy)"
_NUMBER: Final = "{0} + copy * 100000000"
# Months cost what they did, so that budgets and anomalies are the same.
_PART: Final = "cast({0} / {times} as decimal(38, 12))"
_EVERY: Final = (
    "list_distinct(flatten(list_transform({0}, lambda name: "
    "list_transform(range({times}), lambda n: "
    "if(n = 0, name, name || '-x' || n)))))"
)
_REPEATED: Final[Mapping[str, Mapping[str, str]]] = {
    "focus": {
        "ResourceId": _OTHER,
        "ResourceName": _OTHER,
        "x_SourceRowNumber": _NUMBER,
        **dict.fromkeys(
            ("BilledCost", "EffectiveCost", "ContractedCost", "ListCost"), _PART
        ),
    },
    "model_usage": {"resource_id": _OTHER, "source_row_number": _NUMBER},
    "model_requests": {
        "request_id": _OTHER,
        "resource_id": _OTHER,
        "source_row_number": _NUMBER,
    },
    "model_sessions": {"session_id": _OTHER, "source_row_number": _NUMBER},
    "gpu_usage": {
        "node_name": _OTHER,
        "resource_id": _OTHER,
        "gpu_id": _OTHER,
        "pod_name": _OTHER,
        "source_row_number": _NUMBER,
    },
    "kubernetes_allocation": {
        "node_name": _OTHER,
        "resource_id": _OTHER,
        "pod_name": _OTHER,
        "source_row_number": _NUMBER,
    },
    "pipeline_runs": {
        "run_id": _OTHER,
        "resource_id": _OTHER,
        "source_row_number": _NUMBER,
    },
}
# A job has more machines, there are not more jobs.
_WIDENED: Final[Mapping[str, Mapping[str, str]]] = {
    "training_attempts": {
        "node_names": _EVERY,
        "resource_ids": _EVERY,
        "gpu_count": "{0} * {times}",
        "node_count": "{0} * {times}",
    }
}


@dataclass(frozen=True, slots=True)
class Size:
    """How large a model is.

    Attributes:
        rows: how many.
        cpu: seconds that making them took.
    """

    rows: int
    cpu: float


def graph_of(settings: Settings) -> Graph:
    """Read the project of a home, compiled."""
    return Graph.of_manifest(json.loads(compiled(settings).read_text("utf-8")))


def sizes(settings: Settings, graph: Graph, times: int) -> dict[str, Size]:
    """Make all models of a home's ledger, repeated; give their sizes by name.

    Args:
        settings: of a home that was built.
        graph: its project.
        times: how many copies of each resource and call there are.
    """
    found = {}
    with _repeated(settings, graph, times) as db:
        for node in graph.order:
            if node.kind != "model" or node.language != "sql":
                continue
            began = _cpu()
            kind = "view" if node.materialized == "view" else "table"
            db.execute(f"create {kind} {node.relation} as\n{node.code}")
            took = _cpu() - began
            count = db.execute(f"select count(*) from {node.relation}").fetchone()
            found[node.name] = Size(count[0] if count else 0, took)
    return found


@contextmanager
def _repeated(
    settings: Settings, graph: Graph, times: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a database in memory with all that the models read and none of them."""
    made = [n for n in graph.order if n.kind == "model" and n.language == "sql"]
    relations = {node.relation for node in graph.nodes.values() if node.kind != "test"}
    given = relations.difference(node.relation for node in made)
    given.update(graph.sources.values())
    config = {"threads": 2, "memory_limit": "4GB"}
    with duckdb.connect(config=config) as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute("set preserve_insertion_order = false")
        db.execute(f"attach '{settings.build_database}' as built (read_only)")
        db.execute("attach ':memory:' as warehouse")
        db.execute("use built")  # its views name no database
        for schema in {relation.split(".")[1] for relation in relations | given}:
            db.execute(f"create schema warehouse.{schema}")
        for relation in sorted(given):
            built = relation.replace('"warehouse"', "built")
            name = relation.rpartition(".")[2].strip('"')
            rows = repeated_rows(name, built, times)
            db.execute(f"create table {relation} as {rows}")
        yield db


def repeated_rows(name: str, rows: str, times: int) -> str:
    """Give the query of a table that models read, as it is or repeated.

    Args:
        name: of the table.
        rows: what it is read from.
        times: how many copies of each resource and call there are.
    """
    copies = times if name in _REPEATED else 1
    changed = _REPEATED.get(name) or (_WIDENED.get(name, {}) if times > 1 else {})
    replaced = ", ".join(
        f"{how.format(column, times=times)} as {column}"
        for column, how in changed.items()
    )
    return (
        f"select * exclude (copy) {f'replace ({replaced})' if replaced else ''} "
        f"from {rows}, range({copies}) as copies (copy)"
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def groups(graph: Graph) -> dict[str, list[Node]]:
    """Give the models by what a build of many machines does with them."""
    models = [n for n in graph.order if n.kind == "model" and n.language == "sql"]
    found: dict[str, list[Node]] = {
        "row": [],
        "summed, reads rows": [],
        "summed, reads summed": [],
    }
    for node in models:
        read = [graph.nodes[key] for key in node.inputs if key in graph.nodes]
        if node.grain == "row":
            found["row"].append(node)
        elif any(one.grain == "row" for one in read):
            found["summed, reads rows"].append(node)
        else:
            found["summed, reads summed"].append(node)
    return found


def report(settings: Settings, all_times: list[int]) -> None:
    """Print rows and CPU seconds of each group of models, for each number of copies."""
    graph = graph_of(settings)
    table("models", "how many", "copies", "rows", "CPU s")
    for times in all_times:
        found = sizes(settings, graph, times)
        for group, nodes in groups(graph).items():
            of_group = [found[node.name] for node in nodes]
            cpu = f"{sum(size.cpu for size in of_group):.1f}"
            row(group, len(nodes), times, sum(size.rows for size in of_group), cpu)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("times", type=int, nargs="+")
    report(Settings(), parser.parse_args().times)


if __name__ == "__main__":
    main()
