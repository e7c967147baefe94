"""Which relations the build database has, of the nodes of a project and of others."""

from collections.abc import Callable, Collection

import duckdb

from pipelines.transform.graph import Node


class Relations:
    """The relations of a project's layers in one build database."""

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        nodes: Collection[Node],
        is_elsewhere: Callable[[Node], bool],
    ) -> None:
        """Make the schemas, and remove what is of no node, or of another shape.

        Args:
            db: the build database.
            nodes: all of the project.
            is_elsewhere: whether a node's rows lie elsewhere, and are a view here.
        """
        self._db = db
        self._layers = sorted({node.layer for node in nodes})
        self._is_elsewhere = is_elsewhere
        for layer in self._layers:
            db.execute(f'create schema if not exists "{layer}"')
        own = {node.relation: self._shape(node) for node in nodes}
        for relation, shape in self._there():
            if own.get(relation) != shape:
                db.execute(f"drop {shape} {relation}")
        left = {*self._there()}
        self.has = {n.id for n in nodes if (n.relation, own[n.relation]) in left}

    def drop(self, node: Node) -> None:
        """Remove the relation of a node, if it is there."""
        self._db.execute(f"drop {self._shape(node)} if exists {node.relation}")

    def _shape(self, node: Node) -> str:
        is_view = node.materialized == "view" or (
            node.kind == "model" and self._is_elsewhere(node)
        )
        return "view" if is_view else "table"

    def _there(self) -> list[tuple[str, str]]:
        """Give the relations, with whether each is a view or a table."""
        found = self._db.execute(
            "select table_catalog, table_schema, table_name, table_type "
            "from information_schema.tables"
        ).fetchall()
        return [
            (f'"{database}"."{layer}"."{name}"', "view" if kind == "VIEW" else "table")
            for database, layer, name, kind in found
            if layer in self._layers
        ]
