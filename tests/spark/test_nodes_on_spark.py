"""Models and tests of a small project on a Spark: what is made, when, and where."""

import os
import shutil
from functools import partial
from types import SimpleNamespace

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.spark import tables
from pipelines.transform.graph import Graph, Node, Question
from pipelines.transform.on_spark.nodes import OnSpark, taken
from pipelines.transform.runner import Runner

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(not shutil.which("java"), reason="a Spark needs Java"),
]

PAID = '"warehouse"."ledger"."paid"'
BILLED = {"billing": "bill"}
NAMES = ("id", "name", "kind", "layer", "relation", "table", "materialized", "language")


def node(name, code, *inputs, kind="model", materialized="table", **fields):
    relation = f'"warehouse"."x"."{name}"'
    named = (f"{kind}.{name}", name, kind, "x", relation, name, materialized, "sql")
    other = {
        "columns": {},
        "is_contract": False,
        "description": "",
        "types": {},
        "question": None,
        "tested": "",
    } | fields
    return Node(
        **dict(zip(NAMES, named, strict=True)), code=code, inputs=inputs, **other
    )


# Each charge of a bill, the cost of a bill in thirds, and what no bill may have.
CHARGES = node(
    "charges",
    f"select account, cast(cost as decimal(38, 12)) as cost, bill from {PAID}",
    "source.paid",
    grain="row",
    months=BILLED,
    made_by="billing",
    description="All charges.",
)
THIRDS = node(
    "thirds",
    "select bill, count(*) as charges, sum(cost) / 3 as third "
    'from "warehouse"."x"."charges" group by bill',
    CHARGES.id,
    grain="summed",
)
REPORT = node(
    "report",
    'select count(*) as bills, sum(charges) as charges from "warehouse"."x"."thirds"',
    THIRDS.id,
    grain="summed",
)
NEGATIVE = node(
    "negative",
    'select account, cost from "warehouse"."x"."charges" where cost < 0',
    CHARGES.id,
    kind="test",
    question=Question("error", "count(*)", "!= 0", "!= 0", None),
)
ALL = (CHARGES, THIRDS, REPORT, NEGATIVE)


class Ledger:
    """Bills as Parquet files, one a month."""

    def __init__(self, db, folder):
        self._db = db
        self.folder = folder

    def put(self, month, *rows):
        values = ", ".join(f"('{a}', {c}, timestamp '{month}-01')" for a, c in rows)
        self._db.execute(
            f"copy (from (values {values}) as t (account, cost, bill)) "
            f"to '{self.folder}/{month}.parquet' (format parquet)"
        )
        self._db.execute(
            f"create or replace view {PAID} as from '{self.folder}/*.parquet'"
        )

    def files(self, relation):
        return {path.stem: [path] for path in sorted(self.folder.glob("*.parquet"))}

    def months(self, relation):
        return {
            month: (str(path.stat().st_mtime_ns), 1)
            for month, [path] in self.files(relation).items()
        }

    def content(self, relation):
        return str(self.months(relation))

    def part(self, relation, span):
        return f"select * from {relation} where {span.condition('bill')}"


@pytest.fixture
def db(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as db:
        db.execute("create schema ledger")
        db.execute("create schema meta")
        db.execute("create table meta.build as select 'b' as build_id")
        yield db


@pytest.fixture
def ledger(db, tmp_path):
    (tmp_path / "ledger").mkdir()
    bills = Ledger(db, tmp_path / "ledger")
    bills.put("2026-09", ("a", "1.10"), ("b", "2.00"))
    bills.put("2026-10", ("a", "0.30"))
    return bills


@pytest.fixture
def settings(tmp_path):
    engine = {"kind": "spark", "remote": os.environ.get("SPARK_OF_TESTS", "local[1]")}
    return Settings(home=tmp_path / "home", exports=tmp_path, engine=engine)


@pytest.fixture
def run(db, ledger, settings, tmp_path):
    """Run the project on Spark; give how each node ended that had something to do."""

    def once(*nodes, on_spark=True, **asked):
        graph = Graph(
            {one.id: one for one in nodes},
            {"source.paid": PAID},
            {"source.paid": BILLED},
        )
        spark = partial(OnSpark, settings, db, graph, ledger) if on_spark else None
        results = [*Runner(db, graph, tmp_path, ledger, spark).run(**asked)]
        once.said = {r.node.name: r.message for r in results if r.message}
        return {r.node.name: r.status for r in results if r.is_new}

    return once


@pytest.fixture
def made(settings):
    """Give the folders of what Spark made of a model."""

    def folders(name="charges"):
        place = settings.work_dir / "made" / "x" / name
        return sorted(path.name for path in place.iterdir())

    return folders


def rows(db, name):
    return db.execute(f"select * from x.{name} order by all").fetchall()


def test_what_grows_is_made_on_spark_and_read_in_duckdb(run, db, made):
    assert run(*ALL) == {
        "charges": "made",
        "thirds": "made",
        "report": "made",
        "negative": "pass",
    }

    kinds = db.execute(
        "select table_name, table_type from information_schema.tables "
        "where table_schema = 'x' order by all"
    ).fetchall()
    assert kinds == [("charges", "VIEW"), ("report", "BASE TABLE"), ("thirds", "VIEW")]
    # 3.10 / 3 and 0.30 / 3, in double as DuckDB divides.
    thirds = [(charges, round(third, 12)) for _, charges, third in rows(db, "thirds")]
    assert thirds == [(2, 1.033333333333), (1, 0.1)]
    assert rows(db, "report") == [(2, 3)]
    types = [kind for _, kind, *_ in db.execute("describe x.charges").fetchall()]
    assert types == ["VARCHAR", "DECIMAL(38,12)", "TIMESTAMP"]
    comment = "select comment from duckdb_views() where view_name = 'charges'"
    assert db.execute(comment).fetchone() == ("All charges.",)
    assert [name[:7] for name in made()] == ["2026-09", "2026-10"]


def test_nothing_new_is_made_again_and_of_a_changed_month_that_month(run, ledger, made):
    run(*ALL)
    before = made()
    assert run(*ALL) == {}

    ledger.put("2026-10", ("a", "0.30"), ("c", "0.60"))
    assert run(*ALL).keys() == {"charges", "thirds", "report", "negative"}
    assert run(*ALL) == {}

    after = made()
    assert (before[0], before[1] == after[1], len(after)) == (after[0], False, 2)


def test_a_month_without_a_bill_leaves(run, ledger, db, made):
    run(*ALL)
    (ledger.folder / "2026-09.parquet").unlink()

    run(*ALL)

    assert rows(db, "report") == [(1, 1)]
    assert [name[:7] for name in made()] == ["2026-10"]


def test_what_somebody_removed_from_the_work_folder_is_made_again(run, settings, db):
    run(*ALL)
    before = rows(db, "thirds")
    shutil.rmtree(settings.work_dir)

    assert run(*ALL)["charges"] == "made"
    assert rows(db, "thirds") == before


def test_what_a_killed_run_left_is_removed(run, settings):
    run(*ALL)
    layer = settings.work_dir / "made" / "x"
    before = {path for path in layer.rglob("*") if path.is_dir()}
    (layer / ".charges.0f" / "made_month=2026-09").mkdir(parents=True)
    (layer / "charges" / ".2026-09-0a.0f").mkdir()
    (layer / "gone" / "2026-09-0b").mkdir(parents=True)

    run(*ALL)

    after = {path for path in layer.rglob("*") if path.is_dir()}
    assert after - {layer / "gone"} == before


def test_duckdb_goes_on_where_spark_was_and_spark_where_duckdb_was(run, db):
    run(*ALL)
    before = rows(db, "thirds")

    for on_spark in (False, True):
        ended = run(*ALL, on_spark=on_spark)

        assert ended["charges"] == ended["thirds"] == "made"
        assert rows(db, "thirds") == before


def test_rows_that_fail_a_test_are_kept_and_what_depends_on_them_is_skipped(
    run, ledger, db
):
    ledger.put("2026-10", ("a", "-0.30"))
    report = node("after", REPORT.code, THIRDS.id, grain="summed")

    ended = run(*ALL, report)

    assert ended["negative"] == "fail"
    [(account, cost)] = rows(db, "negative")
    assert (account, float(cost)) == ("a", -0.3)
    # A model waits for each test of which it has all inputs upstream.
    assert "after" in ended
    ledger.put("2026-10", ("a", "0.30"))
    assert run(*ALL)["negative"] == "pass"


def test_a_cte_that_is_materialized_is_made_once(run, db, settings):
    twice = node(
        "twice",
        "with paid as materialized (select bill, sum(cost) as cost "
        'from "warehouse"."x"."charges" group by bill) '
        "select ours.bill, ours.cost - theirs.cost as less "
        "from paid as ours inner join paid as theirs on ours.bill > theirs.bill",
        CHARGES.id,
        grain="summed",
    )

    assert run(CHARGES, twice)["twice"] == "made"
    # 0.30 - 3.10
    assert [float(less) for _, less in rows(db, "twice")] == [-2.8]
    assert not (settings.work_dir / "made" / "x" / ".twice").exists()


def test_rows_of_another_month_are_refused(run, db):
    strange = node(
        "charges",
        f"select account, bill + interval 40 day as bill from {PAID}",
        "source.paid",
        grain="row",
        months=BILLED,
        made_by="billing",
    )

    assert run(strange) == {"charges": "error"}
    assert "made_by_month" in run.said["charges"]


def test_what_spark_cannot_make_is_an_error_of_the_model(run):
    # DuckDB binds it, and it fails on the rows.
    broken = node(
        "charges",
        f"select cast(account as integer) as n from {PAID}",
        "source.paid",
        grain="row",
    )

    assert run(broken) == {"charges": "error"}
    assert "\n" not in run.said["charges"]
    assert "'a'" in run.said["charges"]


def test_a_contract_holds_on_spark(run):
    columns = {"account": ("varchar", ""), "cost": ("double", "")}
    wrong = node(
        "charges",
        f"select account, cast(cost as decimal(38, 12)) as cost from {PAID}",
        "source.paid",
        grain="row",
        columns=columns,
        is_contract=True,
    )

    assert run(wrong) == {"charges": "error"}
    assert (
        "its column cost is DECIMAL(38,12), its contract says DOUBLE"
        in (run.said["charges"])
    )


def test_a_work_folder_that_only_spark_sees_is_refused(run, monkeypatch):
    # What executors with disks of their own leave where we look: nothing.
    monkeypatch.setattr(
        tables.pq, "read_metadata", lambda _: SimpleNamespace(num_rows=0)
    )

    assert run(CHARGES) == {"charges": "error"}
    assert "Spark wrote 3 rows to" in run.said["charges"]
    assert "engine.work has to be a folder" in run.said["charges"]


def test_spark_takes_what_grows_and_who_reads_it():
    view = node("shown", "select 1", CHARGES.id, materialized="view", grain="row")
    through = node("through", "select 1", view.id, grain="summed")
    own = node("own", "select 1", CHARGES.id, grain="row", is_of_workspace=True)
    graph = Graph({n.id: n for n in (*ALL, view, through, own)}, {"source.paid": PAID})

    assert taken(graph, "row") == {CHARGES.id, THIRDS.id, NEGATIVE.id, through.id}
    assert taken(graph, "none") == set()
    assert taken(graph, "all") == {n.id for n in (*ALL, through)}
