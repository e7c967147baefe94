"""Models and tests that a Spark takes: making and asking them.

What Spark makes lies as Parquet in the work folder, and the build database has a view
of it; so whatever reads the database reads both.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from pipelines.landing.source import quoted
from pipelines.settings import Settings
from pipelines.spark.dialect import DialectError, view_of
from pipelines.spark.session import SparkError, first_line, is_of_spark, session
from pipelines.spark.tables import MonthsError, Tables, month_of
from pipelines.transform.graph import Graph, Node
from pipelines.transform.kept import Kept
from pipelines.transform.making import (
    NodeError,
    comments,
    judged,
    require_contract,
    statement,
)
from pipelines.transform.months import Part
from pipelines.transform.on_spark.inputs import LedgerFiles, SparkInputs
from pipelines.transform.on_spark.places import Places, short

# Rows that fail a test and are kept to be looked at; all of them are counted.
_FAILING = 100_000


class OnSpark:
    """The nodes that a Spark takes, in one run."""

    def __init__(
        self,
        settings: Settings,
        db: duckdb.DuckDBPyConnection,
        graph: Graph,
        ledger: LedgerFiles,
        kept: Mapping[str, Kept],
    ) -> None:
        """Begin; no Spark is asked for anything yet.

        Args:
            settings: which Spark, and the folder that both engines see.
            db: the build database.
            graph: the nodes.
            ledger: where the rows of the ledger are.
            kept: what is known of nodes; a run changes it as it goes on.
        """
        self._settings = settings
        self._db = db
        self._graph = graph
        self._kept = kept
        self._places = Places(settings.work_dir)
        self._taken = taken(graph, settings.engine.models)
        self._inputs = SparkInputs(db, graph, self._taken, ledger, kept, self._places)

    def takes(self, node: Node) -> bool:
        """Return whether Spark makes a model, or is asked a test."""
        return node.id in self._taken

    def is_there(self, node: Node, kept: Kept) -> bool:
        """Return whether all that was made of a node lies in the work folder."""
        return node.kind == "test" or self._places.is_there(node, kept.made)

    def make(self, node: Node, made_of: str) -> Kept:
        """Make all rows of a model.

        Raises:
            NodeError: it cannot be made; the message says why.
        """
        with _refusals():
            types = self._types(node)
            self._inputs.show(self._tables, node)
            query = self._inputs.query(self._tables, node, node.code)
            folder = self._places.folder(node, "", made_of)
            self._tables.write(query, types, folder)
            return self._made(node, types, {"": made_of})

    def make_months(
        self, node: Node, wanted: Mapping[str, str], stale: Collection[str]
    ) -> Kept:
        """Make some months of a model; the others stay.

        Args:
            node: the model.
            wanted: what each of its months is made of.
            stale: the months to make.

        Raises:
            NodeError: they cannot be made, or rows are of other months.
        """
        with _refusals():
            types = self._types(node)
            if stale:
                self._inputs.show(self._tables, node, node.made_by, sorted(stale))
                query = self._inputs.query(self._tables, node, node.code)
                folders = {m: self._places.folder(node, m, wanted[m]) for m in stale}
                column = node.months[node.made_by]
                self._tables.write_months(query, types, folders, column)
            return self._made(node, types, wanted)

    def ask(self, node: Node) -> tuple[str, int]:
        """Ask a test; some of the rows that fail are kept as a table.

        Raises:
            NodeError: it cannot be asked.
        """
        assert node.question
        with _refusals():
            self._db.execute(f"drop table if exists {node.relation}")
            self._inputs.show(self._tables, node)
            answer = statement(node.question, node.code)
            asked = self._inputs.query(self._tables, node, answer)
            row = next(iter(self._tables.rows(asked)), None)
            if row and (row[1] or row[2]):
                self._keep_failing(node)
            return judged(node.question, row)

    def sweep(self) -> None:
        """Remove what lies in the work folder and is of no node as it is now."""
        folders = {
            self._places.folder(node, *one)
            for key in self._taken
            if (kept := self._kept.get(key))
            and (node := self._graph.nodes[key]).kind != "test"
            for one in kept.made.items()
        }
        self._places.sweep(folders, self._inputs.handed)

    @cached_property
    def _tables(self) -> Tables:
        return Tables(session(self._settings))

    def _types(self, node: Node) -> dict[str, str]:
        """Give the columns of a model as DuckDB would make it: it binds the query."""
        types = self._inputs.types(f"(\n{node.code}\n)")
        if not node.is_contract:
            return types
        require_contract(node, types)
        return {name: types[name] for name in node.columns}

    def _made(
        self, node: Node, types: Mapping[str, str], made: Mapping[str, str]
    ) -> Kept:
        """Show what was made in the build database, and say what it is of."""
        files = self._places.files(node, made)
        self._create_view(node, types, files)
        columns = ",".join(f"{name} {kind}" for name, kind in types.items())
        return Kept(
            made_of=made.get("", ""),
            content=short(f"{columns} {sorted(made.items())}"),
            row_count=sum(pq.read_metadata(path).num_rows for path in files),
            status="made",
            columns=columns,
            months={month: of for month, of in made.items() if month},
            parts=tuple(self._parts(node, types, made)),
        )

    def _create_view(
        self, node: Node, types: Mapping[str, str], files: Collection[Path]
    ) -> None:
        columns = ", ".join(
            f"cast({f'{chr(34)}{name}{chr(34)}' if files else 'null'} as {kind}) "
            f'as "{name}"'
            for name, kind in types.items()
        )
        places = ", ".join(quoted(path) for path in files)
        rows = f"from read_parquet([{places}], union_by_name = true)"
        self._db.execute(
            f"create or replace view {node.relation} as select {columns} "
            f"{rows if files else 'limit 0'}"
        )
        for comment in comments(node, "view"):
            self._db.execute(comment)

    def _parts(
        self, node: Node, types: Mapping[str, str], made: Mapping[str, str]
    ) -> Iterator[Part]:
        """Count what a model has of each month; its content is what that is made of."""
        names = [month_of(column) for column in node.months.values()]
        view = f"counted__{view_of(node.relation)}"
        for month, made_of in made.items() if names else ():
            files = self._places.files(node, {month: made_of})
            self._tables.show(view, files, types)
            counts: dict[tuple[str, str], int] = {}
            for *found, rows in self._tables.rows(
                f"select {', '.join(names)}, count(*) from {view} group by all"
            ):
                for kind, one in zip(node.months, found, strict=True):
                    if one is None:
                        raise NodeError(
                            f"{rows} of its rows have no {node.months[kind]}, so no "
                            "month has them"
                        )
                    counts[kind, one] = counts.get((kind, one), 0) + rows
            total = int(short(made_of), 16)
            for (kind, one), rows in counts.items():
                yield Part(month, kind, one, rows, total, total)

    def _keep_failing(self, node: Node) -> None:
        """Keep the first of the rows that fail as a table of the build database."""
        types = self._inputs.types(f"(\n{node.code}\n)")
        rows = self._inputs.query(self._tables, node, node.code)
        folder = self._places.folder(node, "", "failing")
        self._tables.write(f"select * from ({rows}) limit {_FAILING}", types, folder)
        files = f"{folder}/*.parquet"
        columns = ", ".join(f'cast("{c}" as {t}) as "{c}"' for c, t in types.items())
        self._db.execute(
            f"create table {node.relation} as "
            f"select {columns} from read_parquet({quoted(files)})"
        )


def taken(graph: Graph, which: str) -> set[str]:
    """Give the ids of the models and tests that Spark takes.

    Args:
        graph: all nodes.
        which: none, row (whose rows grow with the bill, and who reads them) or all.
    """
    nodes = [node for node in graph.nodes.values() if _can_be_taken(node)]
    return {
        node.id
        for node in nodes
        if which == "all" or (which == "row" and _is_of_rows(graph, node.id))
    }


def _is_of_rows(graph: Graph, key: str) -> bool:
    """Return whether a node has rows that grow with the bill, or reads a node that has.

    A view is no border: who reads it reads what it reads.
    """

    def has_rows(key: str) -> bool:
        node = graph.nodes.get(key)
        if node is None:
            return False
        is_view = node.materialized == "view"
        return node.grain == "row" or (is_view and any(map(has_rows, node.inputs)))

    return has_rows(key) or any(map(has_rows, graph.nodes[key].inputs))


def _can_be_taken(node: Node) -> bool:
    """Return whether Spark can have a node: SQL that Unitmill ships, and no view."""
    is_asked_or_table = node.kind == "test" or (
        node.kind == "model" and node.materialized == "table"
    )
    return is_asked_or_table and node.language == "sql" and not node.is_of_workspace


@contextmanager
def _refusals() -> Iterator[None]:
    """Say what either engine refuses in one sentence."""
    try:
        yield
    except NodeError:
        raise
    except MonthsError as error:
        raise NodeError(
            f"it has rows of {error}, made of other months; correct the model, or "
            "leave made_by_month out of its meta"
        ) from error
    except (DialectError, SparkError, duckdb.Error) as error:
        raise NodeError(str(error)) from error
    except Exception as error:
        if not is_of_spark(error):
            raise
        raise NodeError(first_line(error)) from error
