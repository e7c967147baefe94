"""The nodes of the compiled dbt project, in an order in which they can be made.

Belongs here: reading dbt's manifest, and what has to be there before a node is made.
Does not belong here: making one (``making``) and whether it has to be (``runner``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

MADE = ("seed", "model", "test")
# The folder of the workspace's models, beside that of those that Unitmill ships.
WORKSPACE: Final = "workspace"


@dataclass(frozen=True, slots=True)
class Node:
    """A seed, a model or a test.

    Attributes:
        id: as dbt calls it: ``model.unitmill.fct_x``.
        name: as the manifest has it.
        kind: seed, model or test.
        layer: the schema of the build database that it is in.
        relation: its quoted name with database and schema; of a test, of failing rows.
        table: the name alone.
        materialized: table, view, seed or test.
        language: sql or python.
        code: compiled; of a seed the place of its file in the project.
        inputs: ids of what it reads, sources too.
        columns: of its contract, with type and description.
        is_contract: whether it must have exactly these columns.
        description: of the relation, where it is kept in the database; else ''.
        types: of the columns of a seed that are no text.
        question: of a test: how it is judged.
        tested: of a test, the id of the model that it is listed under.
        is_of_workspace: whether the user wrote it, so that it may read what no node is:
            a file, the clock.
        months: the columns by whose months it can be read, by what the month is of:
            ``billing`` or ``charge``; the meta ``months``.
        made_by: of which months it is made one by one, a test asked; the meta
            ``made_by_month``, '' where all are at once.
        grain: row (its rows grow with the bill) or summed; the meta ``grain``.
    """

    id: str
    name: str
    kind: str
    layer: str
    relation: str
    table: str
    materialized: str
    language: str
    code: str
    inputs: tuple[str, ...]
    columns: Mapping[str, tuple[str, str]]
    is_contract: bool
    description: str
    types: Mapping[str, str]
    question: "Question | None"
    tested: str
    is_of_workspace: bool = False
    months: Mapping[str, str] = field(default_factory=dict)
    made_by: str = ""
    grain: str = ""

    @property
    def asset(self) -> str:
        """Give the layer and the name: ``marts/fct_x``."""
        return f"{self.layer}/{self.name}"

    @property
    def is_warning(self) -> bool:
        """Return whether it is a test that warns, however many rows fail."""
        return self.question is not None and self.question.severity == "warn"


@dataclass(frozen=True, slots=True)
class Question:
    """How a test is judged, by the configs that dbt has for it.

    Attributes:
        severity: error or warn.
        fail_calc: an aggregate of its rows, as a rule their count.
        warn_if: what follows that number where it warns: ``!= 0``.
        error_if: the same where it fails.
        limit: of how many of its rows that is asked.
    """

    severity: str
    fail_calc: str
    warn_if: str
    error_if: str
    limit: int | None


@dataclass(frozen=True)
class Graph:
    """All nodes of a project, by id.

    Attributes:
        nodes: seeds, models and tests.
        sources: the relation of each source, by its id.
        source_months: the months by which a source can be read, by its id.
    """

    nodes: Mapping[str, Node]
    sources: Mapping[str, str]
    source_months: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> "Graph":
        """Read dbt's manifest; an ephemeral model is in the code of its readers."""
        reads = _Inputs(manifest["nodes"])
        found = (_node(n, reads.of(n["unique_id"])) for n in manifest["nodes"].values())
        nodes = {node.id: node for node in found if node}
        return cls(
            nodes={key: _asked(node, nodes) for key, node in nodes.items()},
            sources={
                str(key): str(source["relation_name"])
                for key, source in manifest["sources"].items()
            },
            source_months={
                str(key): _meta(source["config"]).get("months", {})
                for key, source in manifest["sources"].items()
            },
        )

    @cached_property
    def order(self) -> list[Node]:
        """Give the nodes in an order in which each finds what it needs."""
        sorter = TopologicalSorter({key: self.needs[key] for key in sorted(self.nodes)})
        return [self.nodes[key] for key in sorter.static_order()]

    @cached_property
    def needs(self) -> dict[str, list[str]]:
        """Give the nodes that have to be right before each: what it reads, and tests.

        As in `dbt build`, a model waits for each test of which it has all inputs
        upstream: what is made of wrong rows is wrong.
        """
        upstream = self._upstream()
        tests = [node for node in self.nodes.values() if node.kind == "test"]
        return {
            node.id: [
                *(key for key in node.inputs if key in self.nodes),
                *(
                    test.id
                    for test in tests
                    if node.kind != "test" and upstream[node.id].issuperset(test.inputs)
                ),
            ]
            for node in self.nodes.values()
        }

    def _upstream(self) -> dict[str, set[str]]:
        """Give all that each node reads, directly or not."""
        found: dict[str, set[str]] = {}
        sorter = TopologicalSorter({n.id: n.inputs for n in self.nodes.values()})
        for key in sorter.static_order():
            inputs = self.nodes[key].inputs if key in self.nodes else ()
            found[key] = set(inputs).union(*(found[one] for one in inputs))
        return found

    def months_of(self, key: str) -> Mapping[str, str]:
        """Give the months by which a node or a source can be read."""
        if key in self.nodes:
            return self.nodes[key].months
        return self.source_months.get(key, {})

    def of(self, ids: Iterable[str]) -> list[Node]:
        """Give the nodes of these ids, in order."""
        wanted = set(ids)
        return [node for node in self.order if node.id in wanted]


class _Inputs:
    """What each node reads, through ephemeral models, which are no relation."""

    def __init__(self, nodes: Mapping[str, Mapping[str, Any]]) -> None:
        self._nodes = nodes

    def of(self, key: str) -> tuple[str, ...]:
        """Give ids of relations, each once."""
        found: dict[str, None] = {}
        for one in self._nodes[key].get("depends_on", {}).get("nodes", ()):
            is_inlined = one in self._nodes and _is_ephemeral(self._nodes[one])
            found |= dict.fromkeys(self.of(one) if is_inlined else (one,))
        return tuple(found)


def _is_ephemeral(node: Mapping[str, Any]) -> bool:
    return bool(node["config"].get("materialized") == "ephemeral")


def _node(node: Mapping[str, Any], inputs: tuple[str, ...]) -> Node | None:
    kind, config = str(node["resource_type"]), node["config"]
    code = node["original_file_path"] if kind == "seed" else node.get("compiled_code")
    if kind not in MADE or not code or _is_ephemeral(node):
        return None
    kept = config.get("persist_docs") or {}
    return Node(
        id=node["unique_id"],
        name=node["name"],
        kind=kind,
        layer=str(node["schema"]),
        relation=str(node["relation_name"]),
        table=str(node["alias"]),
        materialized=str(config["materialized"]),
        language=str(node.get("language") or "sql"),
        code=str(code),
        inputs=inputs,
        columns={
            column["name"]: (
                str(column.get("data_type") or ""),
                column["description"].strip() if kept.get("columns") else "",
            )
            for column in node["columns"].values()
        },
        is_contract=bool((config.get("contract") or {}).get("enforced")),
        description=node["description"].strip() if kept.get("relation") else "",
        types=dict(config.get("column_types") or {}),
        question=_question(config) if kind == "test" else None,
        tested=str(node.get("attached_node") or ""),
        is_of_workspace=Path(node["original_file_path"]).parts[0] == WORKSPACE,
        months=_meta(config).get("months", {}),
        made_by=_meta(config).get("made_by_month", ""),
        grain=_meta(config).get("grain", ""),
    )


def _asked(node: Node, nodes: Mapping[str, Node]) -> Node:
    """Let a test be asked by month only if all that it reads has these months."""
    read = [nodes[key].months if key in nodes else {} for key in node.inputs]
    if node.kind != "test" or all(node.made_by in months for months in read):
        return node
    return replace(node, made_by="")


def _meta(config: Mapping[str, Any]) -> Mapping[str, Any]:
    return config.get("meta") or {}


def _question(config: Mapping[str, Any]) -> Question:
    return Question(
        severity=str(config["severity"]).lower(),
        fail_calc=str(config["fail_calc"]),
        warn_if=str(config["warn_if"]),
        error_if=str(config["error_if"]),
        limit=config["limit"],
    )
