"""What Spark reads of a node's inputs, under the names that translated SQL has.

What Spark made and the ledger are read where they lie; what DuckDB made is handed over
as Parquet, once for the same rows.
"""

from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

import duckdb

from pipelines.landing.source import quoted
from pipelines.spark.dialect import translated, translated_steps, view_of
from pipelines.spark.tables import Tables, month_of, stored
from pipelines.transform.graph import Graph, Node
from pipelines.transform.kept import Kept
from pipelines.transform.on_spark.places import Places


class LedgerFiles(Protocol):
    """Where the rows of the ledger are."""

    def files(self, relation: str) -> Mapping[str, list[Path]] | None:
        """Give the files of a table of the ledger by month; None of other sources."""


class SparkInputs:
    """What the nodes of a graph read on Spark, in one run."""

    def __init__(  # noqa: PLR0913, PLR0917 - where each kind of input is
        self,
        db: duckdb.DuckDBPyConnection,
        graph: Graph,
        taken: Collection[str],
        ledger: LedgerFiles,
        kept: Mapping[str, Kept],
        places: Places,
    ) -> None:
        """Begin; nothing is shown yet.

        Args:
            db: the build database.
            graph: the nodes.
            taken: ids of those that Spark makes.
            ledger: where the rows of the ledger are.
            kept: what is known of nodes; a run changes it as it goes on.
            places: the folders that both engines see.
        """
        self._db = db
        self._graph = graph
        self._taken = taken
        self._ledger = ledger
        self._kept = kept
        self._places = places
        self._shown: dict[str, str] = {}
        self.handed: set[Path] = set()

    def show(
        self, tables: Tables, node: Node, kind: str = "", months: Collection[str] = ()
    ) -> None:
        """Let Spark read all that a node reads.

        Args:
            tables: of the session.
            node: the model or test.
            kind: what the months are of.
            months: of inputs that have such months, which; all without them.
        """
        for key in node.inputs:
            self._show(tables, key, kind, months)

    def query(self, tables: Tables, node: Node, code: str) -> str:
        """Give SQL over a node's inputs in Spark's words, once its steps are made.

        A CTE that is materialized is a table of its own there: Spark would make it
        again for each time that it is read.

        Args:
            tables: of the session.
            node: whose inputs are read, as they are shown.
            code: its SQL, or SQL around it.

        Raises:
            DialectError: it cannot be said there.
        """
        *steps, last = translated_steps(code, self._types_of_inputs(node))
        for step in steps:
            tables.keep(step.view, step.code, self._places.step(node, step.view))
        return last.code

    def _types_of_inputs(self, node: Node) -> dict[str, dict[str, str]]:
        relations = [self._relation(key) for key in node.inputs]
        return {one: self.types(one) for one in relations}

    def types(self, what: str) -> dict[str, str]:
        """Give the columns of a relation or of a query in brackets, as DuckDB binds it.

        Raises:
            duckdb.Error: it cannot.
        """
        rows = self._db.execute(f"describe {what}").fetchall()
        return {str(name): str(kind) for name, kind, *_ in rows}

    def _show(
        self, tables: Tables, key: str, kind: str, months: Collection[str]
    ) -> str:
        """Show an input, or some months of it; give what tells it from another."""
        relation, node = self._relation(key), self._graph.nodes.get(key)
        view = view_of(relation)
        if node and node.materialized == "view":
            below = [self._show(tables, one, kind, months) for one in node.inputs]
            shown = f"{node.code} {below}"
            if self._shown.get(view) != shown:
                query = translated(node.code, self._types_of_inputs(node))
                tables.define(view, query)
        else:
            column = self._graph.months_of(key).get(kind) if kind else None
            files, is_cut = self._files(key, relation, kind, months if column else ())
            where = _of_months(column, months) if column and not is_cut else ""
            shown = f"{[*map(str, files)]} {where}"
            if self._shown.get(view) != shown:
                tables.show(view, files, self.types(relation), where)
        self._shown[view] = shown
        return shown

    def _files(
        self, key: str, relation: str, kind: str, months: Collection[str]
    ) -> tuple[list[Path], bool]:
        """Give the files of an input, and whether they are of these months alone."""
        node = self._graph.nodes.get(key)
        if node and key in self._taken:
            made = self._kept[key].made
            is_cut = bool(months) and node.made_by == kind
            if is_cut:
                made = {month: of for month, of in made.items() if month in months}
            return self._places.files(node, made), is_cut
        found = self._ledger.files(relation)
        if found is None:
            return [self._handed_over(key, relation)], False
        chosen = [m for m in found if not months or m in months]
        return [path for month in chosen for path in found[month]], True

    def _handed_over(self, key: str, relation: str) -> Path:
        """Write what DuckDB made as Parquet, once for the same rows."""
        kept = self._kept.get(key)
        # Of a source it is not known what it had before: a build reads it again.
        content = kept.content if kept else self._build
        path = self._places.handed(view_of(relation), content)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            columns = ", ".join(
                f'cast("{name}" as {stored(kind)}) as "{name}"'
                for name, kind in self.types(relation).items()
            )
            unfinished = path.with_suffix(".tmp")
            self._db.execute(
                f"copy (select {columns} from {relation}) to {quoted(unfinished)} "
                "(format parquet)"
            )
            unfinished.replace(path)
        self.handed.add(path)
        return path

    @cached_property
    def _build(self) -> str:
        row = self._db.execute("select build_id from meta.build").fetchone()
        return str(row[0]) if row else ""

    def _relation(self, key: str) -> str:
        node = self._graph.nodes.get(key)
        return node.relation if node else self._graph.sources[key]


def _of_months(column: str, months: Collection[str]) -> str:
    wanted = ", ".join(quoted(month) for month in months)
    return f"{month_of(column)} in ({wanted})"
