"""Rows in = rows out + rows left out by name, or there is no partition."""

import duckdb
import pytest

from pipelines.landing.source import ExportError, counted
from pipelines.ledger.files import record_of
from pipelines.ledger.partitions import write_partition
from pipelines.ledger.tally import left_out

ROWS = "select 'd1' as delivery_id, unnest(range({})) as n"
LEDGER = (
    "select 1 as x_SourceRowPart, 'd1' as x_DeliveryId, unnest(range({})) as BilledCost"
)
OLD = "case when n >= 3 then 'a newer file has it' end"


@pytest.fixture
def write(settings, invent):
    """Write a partition whose source read some rows and made some."""

    def partition(read, made, reason=OLD):
        source = invent(
            select=lambda *_: LEDGER.format(made),
            tally=lambda *_: counted(ROWS.format(read), reason),
        )
        return write_partition(settings, source, [], "2026-08").files[0]

    return partition


def test_what_is_left_out_is_named_and_counted(write, settings):
    write(read=5, made=3)

    with duckdb.connect() as db:
        found = db.execute(left_out(settings.ledger_dir)).fetchall()
    assert found == [("d1", "2026-08", "a newer file has it", 2)]


@pytest.mark.parametrize("made", [2, 4])
def test_a_row_lost_or_repeated_leaves_the_partition_as_it_was(write, made):
    path = write(read=5, made=3)
    before = path.read_bytes()

    with pytest.raises(
        ExportError, match=rf"acme 2026-08: 3 rows of d1 .* {made} were"
    ):
        write(read=5, made=made)

    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
    assert path.name in record_of(path.parent).read_text()


def test_rows_that_unitmill_adds_are_no_rows_of_the_export(settings, invent):
    added = " union all select 2, 'd1', 9"
    source = invent(
        select=lambda *_: LEDGER.format(2) + added,
        tally=lambda *_: counted(ROWS.format(2)),
    )

    assert write_partition(settings, source, [], "2026-08").row_count == 3


@pytest.mark.parametrize("numbers", [[1, 2, 4], [1, 2, 2], [1, 2, 2, 4]])
def test_row_numbers_say_it_where_a_source_counts_nothing(settings, invent, numbers):
    rows = LEDGER.format(1) + f", unnest({numbers}) as x_SourceRowNumber"
    good = invent(select=lambda *_: rows.replace(str(numbers), "[1, 2, 3]"), tally=none)
    assert write_partition(settings, good, [], "2026-08").row_count == 3

    broken = invent(select=lambda *_: rows, tally=none)
    with pytest.raises(ExportError, match="expected as many"):
        write_partition(settings, broken, [], "2026-08")


def none(*_):
    return ""


def test_rows_of_a_delivery_that_the_source_did_not_count_are_refused(settings, invent):
    source = invent(
        select=lambda *_: LEDGER.format(1).replace("d1", "d2"),
        tally=lambda *_: counted(ROWS.format(0)),
    )

    with pytest.raises(ExportError, match="0 rows of d2"):
        write_partition(settings, source, [], "2026-08")
