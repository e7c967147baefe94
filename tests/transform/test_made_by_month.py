"""A model that is made by month makes the months that changed, each of its own rows."""

import duckdb
import pytest
from test_runner import COUNTED, node

from pipelines.transform.graph import Graph
from pipelines.transform.months import ROWS_AT_ONCE, Span, parts_of, spans
from pipelines.transform.runner import Runner

BILLED = {"billing": "bill"}
PAID = '"warehouse"."main"."paid"'


class Bills:
    """The table `paid` as a source whose months are known."""

    def __init__(self, db):
        self._db = db

    def content(self, relation):
        return str(self.months(relation))

    def months(self, relation):
        rows = self._db.execute(
            f"select strftime(bill, '%Y-%m'), list(r order by r)::varchar, count(*) "
            f"from {relation} as r group by 1"
        ).fetchall()
        return {month: (content, count) for month, content, count in rows}

    def part(self, relation, span):
        return f"select * from {relation} where {span.condition('bill')}"


def by_month(name, code, *inputs, by="billing", **fields):
    return node(name, code, *inputs, months=BILLED, made_by=by, **fields)


# What each bill has of a day; and the dearest day that an account ever had, for each
# month in which it has days.
SHARES = by_month(
    "shares",
    'select account, day, cost, bill from "warehouse"."main"."paid"',
    "source.paid",
)
DEAREST = node(
    "dearest",
    "select account, bill, max(max(cost)) over (partition by account) as cost "
    'from "warehouse"."x"."shares" group by account, bill',
    SHARES.id,
    months=BILLED,
)
REPORT = by_month(
    "report",
    "select shares.account, shares.cost / dearest.cost as share, shares.bill "
    'from "warehouse"."x"."shares" as shares '
    'inner join "warehouse"."x"."dearest" as dearest using (account, bill)',
    SHARES.id,
    DEAREST.id,
)


@pytest.fixture
def db(tmp_path):
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as db:
        db.execute("create schema meta")
        db.execute(
            "create table paid as select account, day::date as day, cost, "
            "bill::timestamp as bill from (values "
            "('a', '2026-08-31', 4.0, '2026-08-01'), "
            "('a', '2026-09-01', 2.0, '2026-09-01'), "
            "('b', '2026-08-31', 5.0, '2026-09-01')) as t (account, day, cost, bill)"
        )
        yield db


@pytest.fixture
def run(db, tmp_path):
    """Run models; give those that were made, with the number of months of each."""

    def once(*nodes, **asked):
        graph = Graph(
            {one.id: one for one in nodes},
            {"source.paid": PAID},
            {"source.paid": BILLED},
        )
        runner = Runner(db, graph, tmp_path, Bills(db))
        asked_of = []
        make = runner._inputs.code
        runner._inputs.code = lambda one, kind, span: (
            asked_of.append((one.name, str(span))) or make(one, kind, span)
        )
        results = [*runner.run(**asked)]
        return {r.node.name: r.status for r in results if r.is_new}, asked_of

    return once


def rows(db, relation="x.report"):
    return db.execute(f"select * from {relation} order by all").fetchall()


def test_a_month_that_changed_is_made_alone_and_one_that_looks_at_it(run, db):
    run(SHARES, DEAREST, REPORT)
    db.execute("insert into paid values ('a', '2026-09-02', 8.0, '2026-09-01')")

    _, made = run(SHARES, DEAREST, REPORT)

    # 8 is the dearest day of a, so its 4 of August is a half: August changes, too.
    assert [(name, span) for name, span in made if name == "shares"] == [
        ("shares", "2026-09")
    ]
    assert [(account, share) for account, share, _ in rows(db)] == [
        ("a", 0.25),
        ("a", 0.5),
        ("a", 1),
        ("b", 1),
    ]

    db.execute("insert into paid values ('b', '2026-09-02', 1.0, '2026-09-01')")
    ended, made = run(SHARES, DEAREST, REPORT)
    # 1 is less than b's 5: what is dearest stays, and August with it.
    assert made == [("shares", "2026-09"), ("report", "2026-09")]
    assert ended["dearest"] == "made"


def test_months_in_any_order_are_as_all_at_once(run, db):
    run(SHARES, DEAREST, REPORT)
    for statement in (
        "delete from paid where bill < '2026-09-01'",
        "insert into paid values ('c', '2026-07-01', 3.0, '2026-07-01')",
        "update paid set cost = 6.0 where account = 'b'",
        "insert into paid values ('c', '2027-01-01', 6.0, '2027-01-01')",
    ):
        db.execute(statement)
        run(SHARES, DEAREST, REPORT)
    left, before = db.execute("from meta.nodes").fetchall(), rows(db)

    db.execute("delete from meta.nodes")
    run(SHARES, DEAREST, REPORT)

    assert rows(db) == before
    assert sorted(db.execute("from meta.nodes").fetchall()) == sorted(left)


def test_a_month_that_left_leaves_the_table(run, db):
    run(SHARES)
    db.execute("delete from paid where bill >= '2026-09-01'")

    assert run(SHARES) == ({"shares": "made"}, [])
    assert [account for account, *_ in rows(db, "x.shares")] == ["a"]


def test_the_last_month_may_leave_and_come_again(run, db):
    run(SHARES)
    db.execute("create table kept as from paid")
    db.execute("delete from paid")
    run(SHARES)
    assert rows(db, "x.shares") == []

    db.execute("insert into paid from kept")
    run(SHARES)
    assert len(rows(db, "x.shares")) == 3


def test_a_view_between_is_read_by_month_and_not_for_its_content(run, db):
    view = node("seen", SHARES.code, "source.paid", months=BILLED, materialized="view")
    after = by_month(
        "after", 'select account, bill from "warehouse"."x"."seen"', view.id
    )
    run(view, after)
    db.execute("insert into paid values ('c', '2026-09-03', 1.0, '2026-09-01')")

    assert run(view, after)[1].count(("after", "2026-09")) == 1
    assert len(rows(db, "x.after")) == 4


def test_rows_of_a_month_that_was_not_asked_for_are_an_error(run, db):
    """They would stand in a month that nobody makes again."""
    moved = by_month(
        "moved",
        "select account, bill + if(account = 'z', interval 1 month, interval 0 day) "
        'as bill from "warehouse"."main"."paid"',
        "source.paid",
    )
    z = "insert into paid values ('z', '2026-09-03', 1.0, '2026-09-01')"

    assert run(moved)[0] == {"moved": "made"}
    db.execute(z)
    assert run(moved)[0] == {"moved": "error"}
    # Nothing is left of it, and it is an error as the first build, too.
    assert run(moved)[0] == {"moved": "error"}
    db.execute("delete from paid where account = 'z'")
    assert run(moved)[0] == {"moved": "made"}


def test_rows_without_a_month_are_an_error(run, db, tmp_path):
    unknown = by_month(
        "unknown",
        'select null::timestamp as bill from "warehouse"."main"."paid"',
        "source.paid",
    )
    graph = Graph({unknown.id: unknown}, {"source.paid": PAID}, {"source.paid": BILLED})

    [result] = Runner(db, graph, tmp_path, Bills(db)).run()

    assert result.status == "error"
    assert result.message.startswith("not all of its rows of 2026-08 to 2026-09 have a")


def test_a_test_is_asked_of_the_months_that_changed(run, db):
    dear = node(
        "none_is_dear",
        'select * from "warehouse"."x"."shares" where cost > 5',
        SHARES.id,
        kind="test",
        made_by="billing",
        question=COUNTED,
    )
    assert run(SHARES, dear)[0] == {"shares": "made", "none_is_dear": "pass"}
    db.execute("insert into paid values ('c', '2026-09-03', 1.0, '2026-09-01')")
    _, asked = run(SHARES, dear)
    assert asked == [("shares", "2026-09"), ("none_is_dear", "2026-09")]

    db.execute("update paid set cost = 7 where account = 'c'")
    assert run(SHARES, dear)[0] == {"shares": "made", "none_is_dear": "fail"}
    db.execute("insert into paid values ('d', '2026-08-03', 9.0, '2026-08-01')")
    # What failed is asked as a whole: September's row is still dear.
    run(SHARES, dear)
    assert [account for account, *_ in rows(db, "x.none_is_dear")] == ["c", "d"]


def test_a_test_of_something_without_months_is_asked_at_once():
    small = node("small", "select 1 as one")
    asked = node("one_is_one", "", small.id, SHARES.id, kind="test", made_by="billing")
    manifest = {one.id: one for one in (small, SHARES, asked)}

    from pipelines.transform.graph import _asked  # noqa: PLC0415

    assert _asked(asked, manifest).made_by == ""


def test_months_that_follow_each_other_are_read_at_once_while_they_are_small():
    half = ROWS_AT_ONCE // 2
    counts = {"2026-07": half, "2026-08": half, "2026-09": 1, "2026-11": 1}

    assert [*map(str, spans({*counts}, counts))] == [
        "2026-07 to 2026-08",
        "2026-09 to 2026-11",
    ]
    # July is between two that changed, and stays.
    assert [*map(str, spans({"2026-06", "2026-08"}, counts))] == ["2026-06", "2026-08"]
    assert [*spans(set(), counts)] == []


def test_a_span_ends_before_the_next_year():
    assert Span("2026-11", "2026-12").condition("bill") == (
        "bill >= date '2026-11-01' and bill < date '2027-01-01'"
    )


def test_parts_say_what_each_month_has_by_both_its_columns(db):
    """By bills September has two rows, by days August has two."""
    months = {"billing": "bill", "charge": "day"}

    parts = parts_of(db, "paid", months, "billing")

    assert {(p.made, p.kind, p.month): p.rows for p in parts} == {
        ("2026-08", "billing", "2026-08"): 1,
        ("2026-08", "charge", "2026-08"): 1,
        ("2026-09", "billing", "2026-09"): 2,
        ("2026-09", "charge", "2026-09"): 1,
        ("2026-09", "charge", "2026-08"): 1,
    }
