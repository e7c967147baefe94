"""Every model and test of the project has a translation; the parity proves the rows."""

import json

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.spark.dialect import DialectError, translated_steps
from pipelines.transform.graph import Graph
from pipelines.transform.making import statement
from pipelines.transform.project import compiled


@pytest.fixture(scope="module")
def project(sample_home):
    """Give the compiled project, and the columns of each relation that it reads."""
    settings = Settings(home=sample_home)
    graph = Graph.of_manifest(json.loads(compiled(settings).read_text("utf-8")))
    columns = {}
    with duckdb.connect(str(settings.build_database), read_only=True) as db:
        rows = db.execute(
            "select schema_name, table_name, column_name, data_type "
            "from duckdb_columns() order by schema_name, table_name, column_index"
        ).fetchall()
    for layer, table, column, kind in rows:
        columns.setdefault(f'"warehouse"."{layer}"."{table}"', {})[column] = kind
    return graph, columns


@pytest.mark.parametrize("kind", ["model", "test"])
def test_all_sql_of_the_project_is_translated(project, kind):
    graph, columns = project
    refused, count = {}, 0
    for node in graph.order:
        if node.kind != kind or node.language != "sql":
            continue
        read = [
            graph.nodes[key].relation if key in graph.nodes else graph.sources[key]
            for key in node.inputs
        ]
        code = statement(node.question, node.code) if node.question else node.code
        try:
            translated_steps(code, {one: columns[one] for one in read})
        except DialectError as error:
            refused[node.name] = str(error)
        count += 1

    assert refused == {}
    assert count > 250
