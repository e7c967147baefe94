"""Models made of shuffled rows, by another number of threads than the build's.

DuckDB promises no order of rows, and an engine of many machines has none. So a model
may not sum doubles, choose between equals, or number rows that nothing orders.
"""

import json

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.transform.graph import Graph

SEED = 7
THREADS = 4
# Sums of these depend on their order; the macro exact_sum adds decimals.
SUMMED = {"sum", "avg", "mean", "favg", "fsum", "kahan_sum", "sum_no_overflow"}
# The first row that comes by, and the most frequent value, of which there may be two.
ARBITRARY = {"any_value", "arbitrary", "first", "last", "mode"}


@pytest.fixture(scope="module")
def home(sample_home):
    return Settings(home=sample_home)


@pytest.fixture(scope="module")
def models(home):
    manifest = home.home_dir / "dbt/target/manifest.json"
    graph = Graph.of_manifest(json.loads(manifest.read_text()))
    made = [n for n in graph.order if n.kind == "model" and n.language == "sql"]
    assert made
    read = {key for node in made for key in node.inputs}
    relations = [
        graph.nodes[key].relation if key in graph.nodes else graph.sources[key]
        for key in sorted(read)
    ]
    return made, relations


@pytest.fixture(scope="module")
def db(home, models):
    """Give a database with all that models read, in another order and small pieces."""
    with duckdb.connect(config={"threads": THREADS}) as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute(f"attach '{home.build_database}' as warehouse (read_only)")
        # Threads read a table by its row groups.
        db.execute("attach ':memory:' as shuffled (row_group_size 2048)")
        for schema in {relation.split(".")[1] for relation in models[1]}:
            db.execute(f"create schema shuffled.{schema}")
        for relation in models[1]:
            db.execute(
                f"create table {_shuffled(relation)} as select * from {relation} "
                f"order by hash({SEED}, row_number() over ())"
            )
        yield db


def _shuffled(text):
    return text.replace('"warehouse".', "shuffled.")


def _content(db, relation, columns):
    return db.execute(
        f"select count(*), sum(hash(r)), bit_xor(hash(r)) from "
        f"(select {columns} from {relation}) as r"
    ).fetchone()


def test_each_model_of_shuffled_rows_equals_itself(models, db):
    different = []
    for node in models[0]:
        db.execute(f"create or replace temp table made as {_shuffled(node.code)}")
        described = db.execute("describe made").fetchall()
        columns = ", ".join(f'"{name}"' for name, *_ in described)
        if _content(db, "made", columns) != _content(db, node.relation, columns):
            different.append(node.name)

    assert different == []


def _aggregates(part):
    """Walk through a bound plan; give each aggregate's name and types of arguments."""
    if isinstance(part, list):
        for one in part:
            yield from _aggregates(one)
    if not isinstance(part, dict):
        return
    if part.get("expression_class") in {"BOUND_AGGREGATE", "BOUND_WINDOW"}:
        name = (part.get("qname") or {}).get("path", [part["type"]])[-1]
        yield name, [kind["id"] for kind in part.get("arguments") or []]
    for one in part.values():
        yield from _aggregates(one)


def test_no_model_sums_doubles_or_takes_any_value(models, db):
    wrong = []
    for node in models[0]:
        plan = "select json_serialize_plan(?, optimize := false)"
        row = db.execute(plan, [_shuffled(node.code)]).fetchone()
        bound = json.loads(row[0])
        assert not bound["error"], node.name
        wrong += [
            f"{node.name}: {name}({', '.join(types)})"
            for name, types in _aggregates(bound["plans"])
            if (name in SUMMED and {"DOUBLE", "FLOAT"}.intersection(types))
            or name in ARBITRARY
        ]

    assert wrong == []
