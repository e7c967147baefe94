"""The next version's database begins with the ledger of the one before."""

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


def test_it_begins_with_the_ledger_and_nothing_else(tmp_path, version):
    place = tmp_path / "next.duckdb"

    Earlier(version, {}).begin(place)

    with duckdb.connect(str(place), read_only=True) as db:
        tables = db.execute("show tables").fetchall()
    assert tables == [("budgets",), ("focus",)]


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
