"""Who runs the models of a home: DuckDB alone, or a Spark for what grows."""

from functools import partial

import duckdb

from pipelines.settings import Settings
from pipelines.transform.database import LedgerSources
from pipelines.transform.graph import Graph
from pipelines.transform.project import project_folder
from pipelines.transform.runner import Runner


def runner_of(
    settings: Settings, db: duckdb.DuckDBPyConnection, graph: Graph
) -> Runner:
    """Give the runner of a home's build database, with the engine of its settings.

    Args:
        settings: whose home.
        db: its build database.
        graph: the nodes of its project.
    """
    sources = LedgerSources(settings)
    spark = None
    if settings.engine.kind == "spark" and settings.engine.models != "none":
        # It loads what translates SQL, which DuckDB alone does not need.
        from pipelines.transform.on_spark.nodes import OnSpark  # noqa: PLC0415

        spark = partial(OnSpark, settings, db, graph, sources)
    return Runner(db, graph, project_folder(settings), sources, spark)
