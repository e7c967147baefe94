"""Partitions: exactly the ledger's columns, replaced whole or not at all."""

from decimal import Decimal

import duckdb
import pytest

from pipelines.focus.schema import conform, ledger_types
from pipelines.landing.source import ExportError
from pipelines.ledger.files import parts, record_of
from pipelines.ledger.partitions import (
    inputs_of,
    recorded_inputs,
    without_key,
    write_partition,
    write_stub,
)
from pipelines.sources.tables import TABLES, types_of


@pytest.fixture
def write(settings, invent):
    """Write the partition of August from a SELECT; give its file."""

    def partition(select="select 1.5 as BilledCost", **fields):
        source = invent(select=lambda *_: select, **fields)
        return write_partition(settings, source, [], "2026-08").files[0]

    return partition


def rows(path, columns="BilledCost"):
    with duckdb.connect() as db:
        return db.execute(f"select {columns} from '{path}'").fetchall()


def test_a_partition_has_every_column_of_the_ledger_in_order_and_type(write):
    path = write("select 2 as BilledCost, 'a' as x_Note")

    with duckdb.connect() as db:
        described = db.execute(f"describe from '{path}'").fetchall()
    got = {name: kind for name, kind, *_ in described}
    assert list(got) == [*ledger_types(), "x_Note"]
    assert {name: got[name] for name in ledger_types()} == dict(ledger_types())
    assert rows(path, "BilledCost, Tags, x_Note") == [(Decimal(2), None, "a")]


def test_a_partition_is_replaced_whole(write):
    write("select unnest([1, 2, 3]) as BilledCost")

    path = write("select 9 as BilledCost")

    assert rows(path) == [(Decimal(9),)]


@pytest.mark.parametrize(
    "broken",
    [
        "select cast('ten' as integer) as BilledCost",
        "select error('row 7 is broken') as BilledCost",
        "select 1 as Cost",
        "select nothing from nowhere",
    ],
    ids=["a cast", "a row", "an unknown column", "a relation"],
)
def test_a_conversion_that_fails_leaves_the_partition_as_it_was(broken, write):
    path = write("select 1 as BilledCost")
    before = path.read_bytes()

    with pytest.raises(ExportError, match="acme 2026-08: cannot convert"):
        write(broken)

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
    assert path.name in record_of(path.parent).read_text()


def test_a_conversion_that_fails_late_leaves_no_half_file(write):
    late = (
        "select case when i = 500000 then error('late, expected sooner') else i end "
        "as BilledCost "
        "from range(600000) t(i)"
    )

    with pytest.raises(ExportError, match="late"):
        write(late)

    assert list(partition_folder(write).iterdir()) == []


def partition_folder(write):
    path = write()
    path.unlink()
    record_of(path.parent).unlink()
    path.parent.rmdir()
    return path.parent.parent


def test_a_reader_of_the_old_partition_keeps_its_rows(write):
    with write("select 1 as BilledCost").open("rb") as old:
        path = write("select 2 as BilledCost")

        assert old.read(4) == b"PAR1"
        assert rows(path) == [(Decimal(2),)]


def test_a_partition_says_itself_what_it_was_made_of(write, invent):
    path = write(version=3)

    recorded = recorded_inputs(path.parent)
    assert without_key(recorded)[0] == "acme@3:" == inputs_of(invent(version=3), [])
    assert recorded_inputs(path.parent.with_name("other")) is None


@pytest.mark.parametrize("table", ["focus", *TABLES])
def test_a_table_without_exports_has_all_its_columns_and_no_rows(table, settings):
    write_stub(settings.ledger_dir, table)

    with duckdb.connect() as db:
        stub = db.execute(f"from '{settings.ledger_dir}/{table}/*/*/*.parquet'")
        assert [column[0] for column in stub.description] == list(types_of(table))
        assert stub.fetchall() == []


def test_a_stub_of_an_older_unitmill_gets_the_columns_that_came_since(settings):
    stub = settings.ledger_dir / "focus" / "_none" / "none.parquet"
    stub.parent.mkdir(parents=True)
    with duckdb.connect() as db:
        db.execute(f"copy (select 1 as BilledCost limit 0) to '{stub}'")

    write_stub(settings.ledger_dir, "focus")

    assert not stub.exists()
    [path] = parts(stub.with_suffix(""))
    with duckdb.connect() as db:
        described = db.execute(f"from '{path}'").description
    assert [column[0] for column in described] == list(types_of("focus"))


def test_conform_casts_what_differs_and_gives_null_for_what_is_missing():
    select = conform(
        "select '7' as b, 3 as x_more",
        {"b": "VARCHAR", "x_more": "INTEGER"},
        {"a": "VARCHAR", "b": "BIGINT"},
    )

    with duckdb.connect() as db:
        assert db.execute(select).fetchall() == [(None, 7, 3)]


def test_conform_refuses_a_column_that_is_neither_known_nor_an_x_column():
    with pytest.raises(ValueError, match="no such column: Cost"):
        conform("select 1 as Cost", {"Cost": "INTEGER"}, {"BilledCost": "INTEGER"})
