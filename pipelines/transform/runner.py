"""Running the dbt project: each node where its code or what it reads is another.

A node is made of its code and of the content of its inputs. Where both are as they were
it stays; where it is made again with the same rows, what reads it stays. So a build
costs what changed, and a table without rows costs those who read it nothing.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.transform.graph import Graph, Node
from pipelines.transform.inputs import Inputs, Sources
from pipelines.transform.kept import Kept, content_of, load, save
from pipelines.transform.making import NodeError, ask, make, make_again, require_months
from pipelines.transform.months import (
    MonthError,
    Part,
    Span,
    columns_of,
    content,
    parts_of,
    spans,
)
from pipelines.transform.relations import Relations

if TYPE_CHECKING:
    from pipelines.transform.on_spark.nodes import OnSpark


@dataclass(frozen=True, slots=True)
class Result:
    """How a node ended.

    Attributes:
        node: which.
        status: made, pass, fail, warn, error (it could not be made or asked), or
            skipped (because of another).
        message: what DuckDB or a rule said.
        row_count: its rows; of a test those that fail; None of a view that nobody read.
        content: a hash of its rows; of a test ''.
        is_new: False where nothing had to be done.
        seconds: what that took.
        is_on_spark: whether Spark makes it or is asked.
    """

    node: Node
    status: str
    message: str = ""
    row_count: int | None = 0
    content: str = ""
    is_new: bool = True
    seconds: float = 0
    is_on_spark: bool = False

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
        sources: Sources,
        spark: "Callable[[Mapping[str, Kept]], OnSpark] | None" = None,
    ) -> None:
        """Begin with what the database remembers.

        Args:
            db: the build database, in which the sources can be read.
            graph: the nodes.
            project: the folder of the dbt project.
            sources: what the nodes read that none of them makes.
            spark: gives who makes some of the nodes elsewhere, by what is known of all.
        """
        self._db = db
        self._graph = graph
        self._project = project
        self._kept = load(db)
        self._inputs = Inputs(graph, self._kept, sources, project, self._read)
        self._spark = spark(self._kept) if spark else None
        self._relations = Relations(
            db, graph.nodes.values(), lambda node: self._on_spark(node) is not None
        )
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
        save(self._db, self._kept)
        if self._spark:
            self._spark.sweep()

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
        again = again or node.is_of_workspace
        try:
            spark = self._on_spark(node)
            if spark:
                kept = self._elsewhere(spark, node, again)
            else:
                by_month = self._by_month(node, again) if node.made_by else None
                kept = by_month or self._at_once(node, again)
        except NodeError as error:
            self._forget(node)
            return Result(node, "error", " ".join(str(error).split()))
        is_new = kept is not self._kept.get(node.id)
        self._kept[node.id] = kept
        took = time.monotonic() - began if is_new else 0
        return Result(
            node,
            kept.status,
            row_count=kept.row_count,
            content=kept.content,
            is_new=is_new,
            seconds=took,
            is_on_spark=spark is not None,
        )

    def _at_once(self, node: Node, again: bool) -> Kept:
        """Make or ask a node, unless it is of the same code and rows."""
        current = self._inputs.made_of(node)
        kept = self._kept.get(node.id)
        if kept and kept.made_of == current and not again:
            return kept
        # A part may read a view whose source has changed: a whole run makes sure.
        made_of = "" if again else current
        if node.kind == "test":
            status, count = ask(self._db, node)
            return Kept(made_of, "", count, status)
        make(self._db, node, self._project)
        if node.materialized == "view" and node.months:
            # Of all rows of the ledger it is known what they are of.
            return Kept(made_of, current, None, "made")
        return self._made(node, self._parts(node), made_of)

    def _elsewhere(self, spark: "OnSpark", node: Node, again: bool) -> Kept:
        """Let Spark make or ask a node, of what is another than it was."""
        kept = self._kept.get(node.id)
        if node.kind != "test" and node.made_by:
            wanted, known = self._inputs.months(node), kept.months if kept else {}
            stale = [m for m, of in wanted.items() if again or known.get(m) != of]
            if kept and not stale and known.keys() == wanted.keys():
                return kept
            return spark.make_months(node, wanted, stale)
        current = self._inputs.made_of(node)
        if kept and kept.made_of == current and not again:
            return kept
        if node.kind == "test":
            status, count = spark.ask(node)
            return Kept(current, "", count, status)
        return spark.make(node, current)

    def _on_spark(self, node: Node) -> "OnSpark | None":
        return self._spark if self._spark and self._spark.takes(node) else None

    def _by_month(self, node: Node, again: bool) -> Kept:
        """Make the months of a node whose code or rows are others."""
        wanted, kept = self._inputs.months(node), self._kept.get(node.id)
        known = {} if kept is None else kept.months
        stale = {m for m, made_of in wanted.items() if known.get(m) != made_of}
        gone = known.keys() - wanted
        if kept and not (stale or gone or again):
            return kept
        if again or stale.issuperset(wanted):
            kept, stale, gone = None, {*wanted}, set()
        months = dict.fromkeys(wanted, "") if again else wanted
        if node.kind == "test":
            return replace(self._ask_months(node, kept, stale), months=months)
        parts = [
            part
            for part in (kept.parts if kept else ())
            if part.made not in stale | gone
        ]
        is_there = kept is not None
        for month in gone:
            make_again(self._db, node, Span(month, month))
        for span in spans(stale, self._inputs.rows(node)):
            query = self._inputs.code(node, node.made_by, span)
            if is_there:
                make_again(self._db, node, span, query)
            else:
                make(self._db, node, self._project, query)
                require_months(self._db, node, span)
            is_there = True
            parts += self._parts(node, span)
        if not wanted:
            make(self._db, node, self._project)
        return replace(self._made(node, parts, ""), months=months)

    def _ask_months(
        self, node: Node, kept: Kept | None, stale: AbstractSet[str]
    ) -> Kept:
        """Ask a test of some months; of all, where they are new or some rows fail."""
        if kept and kept.status == "pass":
            for span in spans(stale, self._inputs.rows(node)):
                query = self._inputs.code(node, node.made_by, span)
                if ask(self._db, node, query)[0] != "pass":
                    break
            else:
                return Kept("", "", 0, "pass")
        status, count = ask(self._db, node)
        return Kept("", "", count, status)

    def _made(self, node: Node, parts: Sequence[Part], made_of: str) -> Kept:
        columns = columns_of(self._db, node.relation)
        kind = next(iter(node.months), "")
        found, rows = content((p for p in parts if p.kind == kind), columns)
        return Kept(made_of, found, rows, "made", columns, {}, tuple(parts))

    def _parts(self, node: Node, span: Span | None = None) -> list[Part]:
        try:
            return parts_of(self._db, node.relation, node.months, node.made_by, span)
        except (MonthError, duckdb.Error) as error:  # of a view, what it reads
            raise NodeError(str(error)) from error

    def _read(self, relation: str) -> tuple[str, int]:
        try:
            return content_of(self._db, relation)
        except duckdb.Error as error:  # of a source that is no longer whole
            raise NodeError(str(error)) from error

    def _forget(self, node: Node) -> None:
        """Remove what the database has of a node: it is of another build."""
        self._relations.drop(node)
        self._kept.pop(node.id, None)

    def _forget_strangers(self) -> None:
        """Forget what is of no node, and what is not there as it was made."""
        for key, kept in [*self._kept.items()]:
            node = self._graph.nodes.get(key)
            # Of a test that passes there is no table.
            is_gone = kept.status == "made" and key not in self._relations.has
            if node is None or is_gone or self._is_away(node, kept):
                del self._kept[key]

    def _is_away(self, node: Node, kept: Kept) -> bool:
        """Return whether what Spark made of a node no longer lies there."""
        spark = self._on_spark(node)
        return spark is not None and not spark.is_there(node, kept)
