"""The grain that a model's yml says, against what grows where resources and calls do.

An engine of many machines makes the models of rows; a summed one fits where the others
run, so it may not grow with the ledger.
"""

import duckdb
import pytest

from bench.growth import graph_of, sizes
from pipelines.settings import Settings

COPIES = 3
# A list of days, months and owners may gain some rows, never a tenth of them.
A_LITTLE = 1.1
# A table with no row in the samples may have some.
SOME_ROWS = 30


@pytest.fixture(scope="module")
def grown(sample_home):
    """Give each model, with its rows in the samples and with the copies."""
    settings = Settings(home=sample_home)
    graph = graph_of(settings)
    often = sizes(settings, graph, COPIES)
    with duckdb.connect(str(settings.build_database), read_only=True) as db:
        return [
            (node, _count(db, node.relation), often[node.name].rows)
            for node in graph.order
            if node.name in often
        ]


def _count(db, relation):
    return db.execute(f"select count(*) from {relation}").fetchone()[0]


def test_rows_of_a_model_of_rows_grow_with_resources_and_calls(grown):
    still = [
        f"{node.name}: {rows} rows, {more} of {COPIES} times the resources and calls; "
        "is its grain summed?"
        for node, rows, more in grown
        if node.grain == "row" and more <= A_LITTLE * rows
    ]

    assert still == []


def test_rows_of_a_summed_model_do_not(grown):
    growing = [
        f"{node.name}: {rows} rows, {more} of {COPIES} times the resources and calls; "
        "say grain: row in its yml, or sum it"
        for node, rows, more in grown
        if node.grain != "row" and more > A_LITTLE * rows + SOME_ROWS
    ]

    assert growing == []
