"""The next version's database begins with the tables of the one before."""

import hashlib

import duckdb
import pytest

from pipelines.publishing.earlier import Earlier, earlier
from pipelines.publishing.fingerprint import LEDGER
from pipelines.publishing.publish import publish
from pipelines.publishing.versions import Version

COLUMNS = "x_SourceName, BillingPeriodStart, BilledCost"


def row(source, start, cost):
    return f"('{source}', timestamp '{start}', cast({cost} as decimal(38, 12)))"


AUGUST, SEPTEMBER = row("acme", "2026-08-01", 1), row("acme", "2026-09-01", 2)
ELSEWHERE = row("bolt", "2026-08-01", 4)


@pytest.fixture
def ledger(tmp_path):
    """Write partitions of `focus`, by name; give their folder and their hashes."""

    def write(name, columns=COLUMNS, **partitions):
        folder, inputs = tmp_path / name / "ledger", {}
        for key, rows in partitions.items():
            source, _, month = key.partition("_")
            path = folder / "focus" / source / f"2026-{month}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            with duckdb.connect() as db:
                values = ", ".join(rows)
                db.execute(
                    f"copy (select * from (values {values}) as t ({columns})) "
                    f"to '{path}' (format parquet)"
                )
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            inputs[f"{LEDGER}focus/{source}/2026-{month}"] = digest
        return folder, inputs

    return write


@pytest.fixture
def version(tmp_path, ledger):
    """Make a version of two sources, a list and a mart."""
    folder, inputs = ledger(
        "before", acme_08=[AUGUST], acme_09=[SEPTEMBER], bolt_08=[ELSEWHERE]
    )
    found = Version("v", folder.parent, {"inputs": inputs | {f"{LEDGER}budgets/x": ""}})
    with duckdb.connect(str(found.database)) as db:
        db.execute(
            f"create table focus as select * from '{folder}/*/*/*.parquet';"
            "create table budgets as select 1 as budget;"
            "create table fct_spend as select 1 as cost;"
            "create view focus_v1_2 as select * from focus"
        )
    return found


@pytest.fixture
def exchanged(version, tmp_path):
    """Exchange what differs; give the answer, and the costs that the table has."""

    def exchange(ledger):
        folder, inputs = ledger
        begun, place = Earlier(version, inputs), tmp_path / "next.duckdb"
        begun.begin(place)
        with duckdb.connect() as db:
            db.execute(f"attach '{place}' as version")
            done = begun.exchanged(db, "focus", folder)
            costs = db.execute(
                "select BilledCost::int from version.focus order by all"
            ).fetchall()
        return done, [cost for (cost,) in costs]

    return exchange


def test_a_month_that_changed_has_its_new_rows(ledger, exchanged):
    after = ledger(
        "after",
        acme_08=[AUGUST],
        acme_09=[row("acme", "2026-09-01", 20), row("acme", "2026-09-01", 21)],
        bolt_08=[ELSEWHERE],
    )

    assert exchanged(after) == (True, [1, 4, 20, 21])


def test_a_month_may_come_and_another_go(ledger, exchanged):
    after = ledger(
        "after",
        acme_08=[AUGUST],
        acme_09=[SEPTEMBER],
        bolt_09=[row("bolt", "2026-09-01", 8)],
    )

    assert exchanged(after) == (True, [1, 2, 8])


def test_a_table_of_the_same_partitions_stays(ledger, exchanged):
    after = ledger("after", acme_08=[AUGUST], acme_09=[SEPTEMBER], bolt_08=[ELSEWHERE])

    assert exchanged(after) == (True, [1, 2, 4])


def test_a_table_with_another_column_is_written_anew(ledger, exchanged):
    wide = f"({', '.join([AUGUST[1:-1], '5'])})"
    after = ledger("after", columns=f"{COLUMNS}, x_New", acme_08=[wide])

    assert exchanged(after) == (False, [1, 2, 4])


def test_rows_that_are_not_of_the_month_of_their_file_are_not_guessed_at(
    tmp_path, ledger, version, exchanged
):
    """Of the file of August one row was billed in July: the table is written anew."""
    with duckdb.connect(str(version.database)) as db:
        db.execute(
            "update focus set BillingPeriodStart = timestamp '2026-07-01' "
            "where BilledCost = 4"
        )
    after = ledger("after", acme_08=[AUGUST], acme_09=[SEPTEMBER])

    assert exchanged(after) == (False, [1, 2, 4])


def test_it_begins_with_tables_and_no_view(tmp_path, version):
    place = tmp_path / "next.duckdb"

    Earlier(version, {}).begin(place)

    with duckdb.connect(str(place), read_only=True) as db:
        tables = db.execute("show tables").fetchall()
    assert tables == [("budgets",), ("fct_spend",), ("focus",)]


# A mart of two months: 1 and 2 of August, 4 of September and, of no month, 8.
MONTHS = """
create or replace table {name} as
select team, month::timestamp as billing_period_start, cost::decimal(38, 12) as cost
from (values {rows}) as t (team, month, cost)
"""
BEFORE = "('a', '2026-08-01', 1), ('b', '2026-08-01', 2), ('a', '2026-09-01', 4), "
BEFORE += "('a', null, 8)"


@pytest.fixture
def mart(version, tmp_path):
    """Bring a mart up to a build's rows; give the answer, its rows, and its Parquet."""
    marts = version.folder / "marts"
    marts.mkdir()
    parquet = marts / "fct_spend.parquet"
    with duckdb.connect(str(version.database)) as db:
        db.execute(MONTHS.format(name="fct_spend", rows=BEFORE))
        db.execute(f"copy fct_spend to '{parquet}' (format parquet)")
    digest = hashlib.sha256(parquet.read_bytes()).hexdigest()
    files = {"marts/fct_spend.parquet": {"sha256": digest}}

    def bring(statement, name="fct_spend"):
        found = Version("v", version.folder, {"inputs": {}, "files": files})
        begun, place = Earlier(found, {}), tmp_path / "next.duckdb"
        begun.begin(place)
        with duckdb.connect() as db:
            db.execute(f"attach '{place}' as version")
            db.execute("attach ':memory:' as build; create schema build.marts")
            db.execute(statement)
            changed = begun.exchanged_months(db, name)
            rows = db.execute(
                "select team, cost::int from version.fct_spend order by all"
            ).fetchall()
            return (
                changed is not None,
                rows,
                begun.parquet(name) if changed == [] else None,
            )

    return bring


def spend(rows, name="fct_spend"):
    return MONTHS.format(name=f"build.marts.{name}", rows=rows)


def test_a_mart_of_the_same_rows_stays_whatever_their_order(mart, version):
    parts = BEFORE.split("), (")
    other = "('a', null, 8), " + "), (".join(parts[:-1]) + ")"

    done, rows, parquet = mart(spend(other))

    assert (done, rows) == (True, [("a", 1), ("a", 4), ("a", 8), ("b", 2)])
    assert parquet == version.folder / "marts/fct_spend.parquet"


def test_of_a_mart_the_month_that_changed_is_exchanged(mart):
    done, rows, parquet = mart(
        spend(BEFORE.replace("2026-09-01', 4", "2026-09-01', 5"))
    )

    assert (done, rows) == (True, [("a", 1), ("a", 5), ("a", 8), ("b", 2)])
    assert parquet is None


def test_a_month_that_left_a_mart_and_rows_of_no_month_are_exchanged(mart):
    done, rows, _ = mart(spend("('a', '2026-08-01', 1), ('b', '2026-08-01', 2)"))

    assert (done, rows) == (True, [("a", 1), ("b", 2)])


@pytest.mark.parametrize(
    "statement",
    [
        # 3 of its 4 rows are others.
        spend("('a', '2026-08-01', 3), ('b', '2026-08-01', 2), ('c', '2026-10-01', 9)"),
        spend(BEFORE) + ";alter table build.marts.fct_spend add column owner text",
        spend(BEFORE) + ";alter table build.marts.fct_spend alter cost type double",
    ],
)
def test_a_mart_that_mostly_differs_or_has_other_columns_is_written_anew(
    mart, statement
):
    done, rows, parquet = mart(statement)

    assert (done, rows) == (False, [("a", 1), ("a", 4), ("a", 8), ("b", 2)])
    assert parquet is None


def test_a_mart_that_the_version_did_not_have_is_written(mart):
    assert mart(spend(BEFORE, "fct_other"), "fct_other")[0] is False


def test_a_parquet_file_that_was_changed_is_not_taken_over(mart, version):
    path = version.folder / "marts/fct_spend.parquet"
    with duckdb.connect() as db:
        db.execute(f"copy (from '{path}') to '{path}' (format parquet, codec zstd)")

    assert mart(spend(BEFORE))[2] is None


def test_a_version_of_other_code_is_not_begun_with(settings, audited):
    audited(cost=7)
    inputs = publish(settings).manifest["inputs"]

    assert earlier(settings, inputs)
    assert not earlier(settings, inputs | {"code": "another"})
    assert not earlier(settings, inputs | {"packages": "another"})


def test_a_version_whose_database_was_changed_is_not_begun_with(settings, audited):
    audited(cost=7)
    version = publish(settings)
    version.database.chmod(0o600)
    with version.database.open("ab") as file:
        file.write(b"x")

    assert not earlier(settings, version.manifest["inputs"])


def test_before_the_first_version_there_is_nothing_to_begin_with(settings):
    assert earlier(settings, {}) is None
