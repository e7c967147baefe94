"""Running the dbt project: each node where its code or what it reads is another.

A node is made of its code and of the content of its inputs. Where both are as they were
it stays; where it is made again with the same rows, what reads it stays. So a build
costs what changed, and a table without rows costs those who read it nothing.
"""

import hashlib
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pipelines.transform.graph import Graph, Node
from pipelines.transform.kept import Kept, content_of, load, save
from pipelines.transform.making import NodeError, ask, make


@dataclass(frozen=True, slots=True)
class Result:
    """How a node ended.

    Attributes:
        node: which.
        status: made, pass, fail, warn, error (it could not be made or asked), or
            skipped (because of another).
        message: what DuckDB or a rule said.
        row_count: its rows; of a test those that fail.
        content: a hash of its rows; of a test ''.
        is_new: False where nothing had to be done.
        seconds: what that took.
    """

    node: Node
    status: str
    message: str = ""
    row_count: int = 0
    content: str = ""
    is_new: bool = True
    seconds: float = 0

    @property
    def is_bad(self) -> bool:
        """Return whether what depends on the node cannot go on."""
        return self.status in {"fail", "error", "skipped"}


class Runner:
    """Runs the nodes of a project in one build database."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        graph: Graph,
        project: Path,
        contents: Callable[[str], str | None],
    ) -> None:
        """Begin with what the database remembers.

        Args:
            db: the build database, in which the sources can be read.
            graph: the nodes.
            project: the folder of the dbt project.
            contents: gives the content of a source by its relation, where that is known
                without reading its rows.
        """
        self._db = db
        self._graph = graph
        self._project = project
        self._known = contents
        self._kept = load(db)
        self._contents: dict[str, str] = {}
        self._create_schemas()
        self._forget_strangers()

    def run(
        self, selected: Collection[str] | None = None, *, again: bool = False
    ) -> Iterator[Result]:
        """Run nodes in their order, and give the result of each; then remember them.

        Args:
            selected: ids of the nodes to run; all without it.
            again: whether they are made although nothing changed.
        """
        yield from self._results(selected, again=again)
        save(self._db, self._kept.values())

    def _results(
        self, selected: Collection[str] | None, *, again: bool
    ) -> Iterator[Result]:
        bad: set[str] = set()
        for node in self._graph.order:
            if selected is not None and node.id not in selected:
                continue
            if bad.intersection(self._graph.needs[node.id]):
                result = Result(node, "skipped")
                self._forget(node)
            else:
                result = self._result(node, again=again)
            if result.is_bad:
                bad.add(node.id)
            yield result

    def _result(self, node: Node, *, again: bool) -> Result:
        began = time.monotonic()
        try:
            made_of = self._made_of(node)
            kept = self._kept.get(node.id)
            is_known = not (again or node.is_of_workspace)
            if kept and kept.made_of == made_of and is_known:
                return Result(
                    node, kept.status, "", kept.row_count, kept.content, is_new=False
                )
            kept = self._ask(node) if node.kind == "test" else self._make(node)
        except NodeError as error:
            self._forget(node)
            return Result(node, "error", " ".join(str(error).split()))
        # A part may read a view whose source has changed: a whole run makes sure.
        kept = replace(kept, made_of="" if again else made_of)
        self._kept[node.id] = kept
        took = time.monotonic() - began
        return Result(node, kept.status, "", kept.row_count, kept.content, seconds=took)

    def _make(self, node: Node) -> Kept:
        make(self._db, node, self._project)
        content, rows = self._read(node.relation)
        return Kept(node.id, "", content, rows, "made")

    def _read(self, relation: str) -> tuple[str, int]:
        try:
            return content_of(self._db, relation)
        except duckdb.Error as error:  # of a view, or a source that is no longer whole
            raise NodeError(str(error)) from error

    def _ask(self, node: Node) -> Kept:
        status, count = ask(self._db, node)
        return Kept(node.id, "", "", count, status)

    def _made_of(self, node: Node) -> str:
        """Hash the code of a node and the content of all that it reads."""
        parts = [
            node.code if node.kind != "seed" else self._file(node),
            node.relation,
            node.materialized,
            node.description,
            repr(node.question),
            json.dumps([dict(node.columns), dict(node.types), node.is_contract]),
            *(self._content(key) for key in node.inputs),
        ]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _file(self, node: Node) -> str:
        return (self._project / node.code).read_text("utf-8")

    def _content(self, key: str) -> str:
        """Give the content of an input: of a node as it was made, of a source now."""
        if key in self._kept:
            return self._kept[key].content
        if key not in self._contents:
            relation = self._graph.sources.get(key)
            known = self._known(relation) if relation else ""
            if relation and known is None:
                known, _ = self._read(relation)
            self._contents[key] = known or ""
        return self._contents[key]

    def _forget(self, node: Node) -> None:
        """Remove what the database has of a node: it is of another build."""
        kind = "view" if node.materialized == "view" else "table"
        self._db.execute(f"drop {kind} if exists {node.relation}")
        self._kept.pop(node.id, None)

    def _create_schemas(self) -> None:
        for layer in sorted({node.layer for node in self._nodes()}):
            self._db.execute(f'create schema if not exists "{layer}"')

    def _forget_strangers(self) -> None:
        """Remove what an earlier project made and this one does not have, or other."""
        own = {
            node.relation: "view" if node.materialized == "view" else "table"
            for node in self._nodes()
        }
        for relation, kind in self._there():
            if own.get(relation) != kind:
                self._db.execute(f"drop {kind} {relation}")
        known = {n.id: f"{n.relation} {own[n.relation]}" for n in self._nodes()}
        there = {f"{relation} {kind}" for relation, kind in self._there()}
        for key, kept in [*self._kept.items()]:
            # Of a test that passes there is no table.
            if key not in known or (kept.status == "made" and known[key] not in there):
                del self._kept[key]

    def _nodes(self) -> Iterable[Node]:
        return self._graph.nodes.values()

    def _there(self) -> list[tuple[str, str]]:
        """Give the relations of the project's layers, with whether each is a view."""
        layers = {node.layer for node in self._nodes()}
        found = self._db.execute(
            "select table_catalog, table_schema, table_name, table_type "
            "from information_schema.tables"
        ).fetchall()
        return [
            (f'"{database}"."{layer}"."{name}"', "view" if kind == "VIEW" else "table")
            for database, layer, name, kind in found
            if layer in layers
        ]
