"""What a node reads: its content, whole or of a month, and the SQL of its months.

Belongs here: whether what a node is made of is another, and its code for some months.
Does not belong here: making it (``making``), and what follows from it (``runner``).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from pipelines.transform.graph import Graph, Node
from pipelines.transform.kept import Kept
from pipelines.transform.months import Part, Span, content


class Sources(Protocol):
    """What the build database reads that no node makes."""

    def content(self, relation: str) -> str | None:
        """Give the content of a source, where it is known without reading its rows."""

    def months(self, relation: str) -> Mapping[str, tuple[str, int]]:
        """Give the content and the row count of each month of a source."""

    def part(self, relation: str, span: Span) -> str:
        """Give the query of some months of a source."""


class Inputs:
    """What the nodes of a graph read, in one run."""

    def __init__(
        self,
        graph: Graph,
        kept: Mapping[str, Kept],
        sources: Sources,
        project: Path,
        read: Callable[[str], tuple[str, int]],
    ) -> None:
        """Begin.

        Args:
            graph: the nodes and sources.
            kept: what is known of nodes; a run changes it as it goes on.
            sources: what no node makes.
            project: the folder of the dbt project, where the files of seeds are.
            read: reads the content of a relation.
        """
        self._graph = graph
        self._kept = kept
        self._sources = sources
        self._project = project
        self._read = read
        self._contents: dict[str, str] = {}

    def made_of(self, node: Node) -> str:
        """Hash the code of a node and the content of all that it reads."""
        return _hash(self._code(node), *(self._content(key) for key in node.inputs))

    def months(self, node: Node) -> dict[str, str]:
        """Give what each month of a node is made of: its code and that month's rows."""
        sliced = self._sliced(node, node.made_by)
        whole = [self._content(key) for key in node.inputs if key not in sliced]
        common = _hash(self._code(node), *whole)
        parts = {key: self._months(key, node.made_by) for key in sliced}
        every = {month for one in parts.values() for month in one}
        return {
            month: _hash(common, *(parts[key].get(month, ("", 0))[0] for key in sliced))
            for month in sorted(every)
        }

    def rows(self, node: Node) -> dict[str, int]:
        """Give how many rows a node reads of each month: of the input with most."""
        counts: dict[str, int] = {}
        for key in self._sliced(node, node.made_by):
            for month, (_, rows) in self._months(key, node.made_by).items():
                counts[month] = max(counts.get(month, 0), rows)
        return counts

    def code(self, node: Node, kind: str, span: Span) -> str:
        """Give the query of a node, of some months of what it reads."""
        found = node.code
        for key in self._sliced(node, kind):
            relation = self._relation(key)
            found = found.replace(relation, f"(\n{self._part(key, kind, span)}\n)")
        return found

    def _part(self, key: str, kind: str, span: Span) -> str:
        node = self._graph.nodes.get(key)
        if node is None:
            return self._sources.part(self._relation(key), span)
        if node.materialized == "view":
            return self.code(node, kind, span)
        where = span.condition(node.months[kind])
        return f"select * from {node.relation} where {where}"

    def _sliced(self, node: Node, kind: str) -> list[str]:
        """List the inputs of which only some months are read."""
        return [key for key in node.inputs if kind in self._graph.months_of(key)]

    def _months(self, key: str, kind: str) -> Mapping[str, tuple[str, int]]:
        """Give the content and rows of each month of an input."""
        node = self._graph.nodes.get(key)
        if node is None:
            return self._sources.months(self._relation(key))
        if node.materialized == "view":
            return self._months_of_view(node, kind)
        kept = self._kept.get(key)
        by_month: dict[str, list[Part]] = {}
        for part in kept.parts if kept else ():
            if part.kind == kind:
                by_month.setdefault(part.month, []).append(part)
        columns = kept.columns if kept else ""
        return {month: content(parts, columns) for month, parts in by_month.items()}

    def _months_of_view(self, node: Node, kind: str) -> Mapping[str, tuple[str, int]]:
        sliced = self._sliced(node, kind)
        whole = [self._content(key) for key in node.inputs if key not in sliced]
        found = [self._months(key, kind) for key in sliced]
        none = ("", 0)
        return {
            month: (
                _hash(
                    self._code(node), *whole, *(m.get(month, none)[0] for m in found)
                ),
                sum(m.get(month, none)[1] for m in found),
            )
            for month in {month for one in found for month in one}
        }

    def _code(self, node: Node) -> str:
        """Hash all that says how a node is made of what it reads."""
        return _hash(
            (self._project / node.code).read_text("utf-8")
            if node.kind == "seed"
            else node.code,
            node.relation,
            node.materialized,
            node.description,
            repr(node.question),
            json.dumps([dict(node.columns), dict(node.types), node.is_contract]),
            json.dumps([node.made_by, dict(node.months)]),
        )

    def _content(self, key: str) -> str:
        """Give the content of an input: of a node as it was made, of a source now."""
        if key in self._kept:
            return self._kept[key].content
        if key not in self._contents:
            relation = self._graph.sources.get(key)
            known = self._sources.content(relation) if relation else ""
            if relation and known is None:
                known, _ = self._read(relation)
            self._contents[key] = known or ""
        return self._contents[key]

    def _relation(self, key: str) -> str:
        node = self._graph.nodes.get(key)
        return node.relation if node else self._graph.sources[key]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
