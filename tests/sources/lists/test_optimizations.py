"""The owner's list of optimizations: a row is a state, refused by row and column."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.optimizations import OPTIMIZATIONS

SOURCE = OPTIMIZATIONS.as_source()

ROW = dict.fromkeys(OPTIMIZATIONS.header.split(","), "") | {
    "optimization_id": "prefix",
    "change": "Prompts begin alike",
    "optimization_type": "cache",
    "scope_type": "model",
    "scope_value": "m1",
    "promised_monthly_saving": "400.50",
    "currency": "USD",
    "state": "proposed",
    "valid_from": "2026-10-01",
}


def file(*changes):
    lines = [OPTIMIZATIONS.header]
    lines += [",".join((ROW | change).values()) for change in changes]
    return "\n".join(lines) + "\n"


def test_each_state_is_read_from_the_month_that_it_begins_in(put, convert):
    done = {"state": "done", "valid_from": "2026-10-07"}
    put("list.csv", file({}, done, {"state": "done", "valid_from": "2026-11-01"}))

    columns = "optimization_id, promised_monthly_saving, state, source_row_number"
    assert sorted(convert(SOURCE, "2026-10", columns), key=lambda row: row[-1]) == [
        ("prefix", Decimal("400.50"), "proposed", 1),
        ("prefix", Decimal("400.50"), "done", 2),
    ]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"state": "maybe"}, "state"),
        ({"scope_value": ""}, "scope_value"),
        ({"promised_monthly_saving": "-1"}, "promised_monthly_saving"),
    ],
)
def test_a_wrong_cell_names_file_and_column(change, named, put, settings):
    put("list.csv", file(change))
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=rf"list\.csv, row 1: {named}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")
