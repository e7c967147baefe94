"""A build makes what changed, and nothing else."""

import duckdb
import pytest

from pipelines.transform.graph import Graph, Node, Question
from pipelines.transform.runner import Runner

COUNTED = Question("error", "count(*)", "!= 0", "!= 0", None)


def node(name, code, *inputs, kind="model", **fields):
    """Make a node of the layer `x` that reads these, by their ids."""
    return Node(
        **{
            "id": f"{kind}.{name}",
            "name": name,
            "kind": kind,
            "layer": "x",
            "relation": f'"warehouse"."x"."{name}"',
            "table": name,
            "materialized": "test" if kind == "test" else "table",
            "language": "sql",
            "code": code,
            "inputs": inputs,
            "columns": {},
            "is_contract": False,
            "description": "",
            "types": {},
            "question": COUNTED if kind == "test" else None,
            "tested": inputs[0] if kind == "test" else "",
        }
        | fields
    )


class Known:
    """Sources whose content is known, or that have to be read."""

    def __init__(self, content=None):
        self.known = content

    def content(self, _):
        return self.known


NOTHING = Known()


def project(*nodes):
    return Graph({one.id: one for one in nodes}, {"source.paid": '"warehouse".paid'})


# Two months are paid; each is halved; only what is above 3 is large.
PAID = node("halves", "select month, cost / 2 as half from paid", "source.paid")
LARGE = node("large", "select month from x.halves where half > 3", "model.halves")
REPORT = node("report", "select count(*) as months from x.large", "model.large")
NONE_LOST = node(
    "none_lost",
    "select 1 from x.halves where half is null",
    "model.halves",
    kind="test",
)


@pytest.fixture
def db(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as db:
        db.execute("create schema meta")
        db.execute("create table paid as select 9 as month, 10.0 as cost")
        yield db


@pytest.fixture
def run(db, tmp_path):
    """Run a project; give how each node ended, with a star where it was made now."""

    def once(*nodes, sources=NOTHING, **asked):
        runner = Runner(db, project(*nodes), tmp_path, sources)
        return {
            result.node.name: result.status + ("*" if result.is_new else "")
            for result in runner.run(**asked)
        }

    return once


def test_what_nothing_changed_for_stays(run):
    first = run(PAID, LARGE, REPORT, NONE_LOST)
    again = run(PAID, LARGE, REPORT, NONE_LOST)

    assert first == {
        "halves": "made*",
        "none_lost": "pass*",
        "large": "made*",
        "report": "made*",
    }
    assert again == {name: status.rstrip("*") for name, status in first.items()}


def test_what_is_made_again_with_the_same_rows_changes_nothing_after_it(run, db):
    run(PAID, LARGE, REPORT)
    db.execute("insert into paid values (10, 1.0)")

    # October's half is 0.50, so the large months are as they were.
    assert run(PAID, LARGE, REPORT) == {
        "halves": "made*",
        "large": "made*",
        "report": "made",
    }


def test_the_order_of_rows_is_no_change(run, db):
    db.execute("insert into paid values (10, 8.0)")
    run(PAID, LARGE)
    db.execute("create or replace table paid as select * from paid order by month desc")

    assert run(PAID, LARGE) == {"halves": "made", "large": "made"}


def test_a_type_of_a_column_is_a_change(run, db):
    run(PAID)
    db.execute("alter table paid alter month type bigint")

    assert run(PAID) == {"halves": "made*"}


def test_other_code_makes_a_model_and_what_reads_it(run):
    run(PAID, LARGE, REPORT)
    fifth = node("halves", "select month, cost / 5 as half from paid", "source.paid")

    assert run(fifth, LARGE, REPORT) == {
        "halves": "made*",
        "large": "made*",
        "report": "made*",
    }


def test_a_source_whose_content_is_known_is_not_read(run, db):
    run(PAID, sources=Known("one"))
    db.execute("insert into paid values (10, 8.0)")

    assert run(PAID, sources=Known("one")) == {"halves": "made"}
    assert run(PAID, sources=Known("two")) == {"halves": "made*"}


def test_a_failed_test_keeps_its_rows_and_stops_what_is_made_of_them(run, db):
    run(PAID, LARGE, REPORT, NONE_LOST)
    db.execute("insert into paid values (10, null)")

    ended = {
        "halves": "made",
        "none_lost": "fail",
        "large": "skipped*",
        "report": "skipped*",
    }
    first = run(PAID, LARGE, REPORT, NONE_LOST)
    assert first == ended | {"halves": "made*", "none_lost": "fail*"}
    # It stops the next build, too, though nothing changed.
    assert run(PAID, LARGE, REPORT, NONE_LOST) == ended
    assert db.execute("select count(*) from x.none_lost").fetchall() == [(1,)]
    # What was made of other rows is not left to be taken for this build's.
    tables = db.execute(
        "select table_name from duckdb_tables() where schema_name = 'x'"
    )
    assert {name for (name,) in tables.fetchall()} == {"halves", "none_lost"}

    db.execute("delete from paid where cost is null")
    assert run(PAID, LARGE, REPORT, NONE_LOST) == {
        "halves": "made*",
        "none_lost": "pass*",
        "large": "made*",
        "report": "made*",
    }
    tables = db.execute(
        "select table_name from duckdb_tables() where schema_name = 'x'"
    )
    assert ("none_lost",) not in tables.fetchall()


def test_a_model_that_cannot_be_made_says_why_and_what_reads_it_is_skipped(
    db, tmp_path
):
    broken = node("halves", "select error('row 7: no number') from paid", "source.paid")

    results = [*Runner(db, project(broken, LARGE), tmp_path, NOTHING).run()]

    assert [(r.node.name, r.status) for r in results] == [
        ("halves", "error"),
        ("large", "skipped"),
    ]
    assert "row 7: no number" in results[0].message


def test_a_part_is_made_again_though_nothing_changed(run):
    run(PAID, LARGE, REPORT)

    assert run(PAID, LARGE, REPORT, selected={"model.large"}, again=True) == {
        "large": "made*"
    }
    # The next whole run makes sure of it.
    assert run(PAID, LARGE, REPORT)["large"] == "made*"


def test_what_left_the_project_leaves_the_database(run, db):
    run(PAID, LARGE, REPORT)

    run(PAID, LARGE)

    tables = db.execute(
        "select table_name from duckdb_tables() where schema_name = 'x'"
    )
    assert {name for (name,) in tables.fetchall()} == {"halves", "large"}


def test_a_model_of_the_workspace_is_made_each_time_and_only_its_rows_count(
    run, tmp_path
):
    """It may read a file, which is no input that anybody knows of."""
    plan = tmp_path / "plan.csv"
    plan.write_text("month,cost\n9,10\n")
    own = node("rpt_plan", f"select * from read_csv('{plan}')", is_of_workspace=True)
    after = node("rpt_sum", "select sum(cost) as cost from x.rpt_plan", own.id)

    run(own, after)
    assert run(own, after) == {"rpt_plan": "made*", "rpt_sum": "made"}
    plan.write_text("month,cost\n9,11\n")
    assert run(own, after) == {"rpt_plan": "made*", "rpt_sum": "made*"}


def test_a_model_may_become_a_view_and_a_table_again(run):
    view = node(
        "halves",
        "select month, cost / 2 as half from paid",
        "source.paid",
        materialized="view",
    )

    assert [run(one, LARGE) for one in (PAID, view, PAID)] == [
        {"halves": "made*", "large": "made*"},
        {"halves": "made*", "large": "made"},
        {"halves": "made*", "large": "made"},
    ]


def test_a_source_that_cannot_be_read_is_an_error_of_what_reads_it(db, tmp_path):
    place = tmp_path / "paid.parquet"
    db.execute(f"copy paid to '{place}'")
    db.execute("drop table paid")
    db.execute(f"create view paid as select * from read_parquet('{place}')")
    place.unlink()

    [result, after] = Runner(db, project(PAID, LARGE), tmp_path, NOTHING).run()

    assert (result.status, after.status) == ("error", "skipped")
    assert "paid.parquet" in result.message


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"month": ("integer", "")}, "its column half is not in its contract"),
        (
            {"month": ("integer", ""), "half": ("varchar", "")},
            "its column half is DECIMAL(12,1), its contract says VARCHAR",
        ),
        (
            {"month": ("integer", ""), "half": ("double", ""), "team": ("text", "")},
            "it lacks the column team of its contract",
        ),
    ],
)
def test_a_mart_keeps_its_contract(db, tmp_path, columns, said):
    code = "select month, cast(cost as decimal(12, 1)) as half from paid"
    if "team" in columns:
        code = "select month, cast(cost as double) as half from paid"
    mart = node("halves", code, "source.paid", columns=columns, is_contract=True)

    [result] = Runner(db, project(mart), tmp_path, NOTHING).run()

    assert (result.status, result.message) == ("error", said)
    # Nothing is left on the connection of the module, which others use.
    assert duckdb.sql("select 7").fetchall() == [(7,)]


@pytest.mark.parametrize(
    ("question", "status"),
    [
        (Question("error", "count(*)", "!= 0", "> 1", None), "warn"),
        (Question("warn", "count(*)", "!= 0", "!= 0", None), "warn"),
        (Question("error", "count(*)", "> 2", "> 2", None), "pass"),
        (Question("error", "sum(cost)", "> 9", "> 9", None), "fail"),
    ],
)
def test_a_test_is_judged_by_its_configs(db, tmp_path, question, status):
    """One row of 10.0 is found: as a count 1, as a sum 10."""
    paid = node("paid_twice", "select * from paid", "source.paid")
    test = node("none", "select * from paid", paid.id, kind="test", question=question)

    *_, result = Runner(db, project(paid, test), tmp_path, NOTHING).run()

    assert result.status == status


def test_a_seed_is_text_but_for_the_columns_that_say_otherwise(db, tmp_path):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "prices.csv").write_text(
        'model,price,since\n007,1.50,2026-01-01\n"a, b",,\n'
    )
    seed = node(
        "prices",
        "seeds/prices.csv",
        kind="seed",
        types={"price": "decimal(38,12)", "since": "date"},
    )

    [*Runner(db, project(seed), tmp_path, NOTHING).run()]

    rows = db.execute("select model, price, cast(since as varchar) from x.prices")
    assert rows.fetchall() == [("007", 1.5, "2026-01-01"), ("a, b", None, None)]
    (tmp_path / "seeds" / "prices.csv").write_text("model,price,since\n")
    [result] = Runner(db, project(seed), tmp_path, NOTHING).run()
    assert (result.row_count, result.is_new) == (0, True)
