"""The owner's inventory: what is stored where, and when it was last read."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.storage_access import STORAGE_ACCESS

SOURCE = STORAGE_ACCESS.as_source()

HEADER = ",".join([column.name for column in STORAGE_ACCESS.columns]) + "\n"
COLD = "2026-10-31,corpus,raw/,crawl,STANDARD,13900.5,55600,0,0,2026-06-18,\n"
HOT = "2026-10-31,corpus,tokens/,,,5000,,,,,expire\n"


def test_a_row_is_what_a_prefix_held_on_a_day(put, convert):
    put("inventory.csv", HEADER + COLD + HOT)

    assert convert(
        SOURCE,
        "2026-10",
        "inventory_date::text, resource_id, prefix, dataset_name, storage_tier, "
        "stored_gb, object_count, read_count, read_gb, last_read_on::text, "
        "lifecycle_rule, source_row_number",
    ) == [
        (
            "2026-10-31",
            "corpus",
            "raw/",
            "crawl",
            "STANDARD",
            Decimal("13900.5"),
            55600,
            0,
            Decimal(0),
            "2026-06-18",
            None,
            1,
        ),
        (
            "2026-10-31",
            "corpus",
            "tokens/",
            None,
            None,
            Decimal(5000),
            None,
            None,
            None,
            None,
            "expire",
            2,
        ),
    ]


def test_a_newer_inventory_of_the_day_corrects_the_older(put, convert, reasons):
    put("old.csv", HEADER + COLD + HOT, hour=1)
    put("new.csv", HEADER + COLD.replace("13900.5", "14000"), hour=2)

    assert convert(SOURCE, "2026-10", "prefix, stored_gb") == [
        ("raw/", Decimal(14000)),
        ("tokens/", Decimal(5000)),
    ]
    assert reasons() == {"a newer row has its day, resource, prefix and tier": 1}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (COLD.replace("13900.5", "-1"), r"stored_gb is '-1.*', expected 0 or more"),
        (COLD.replace("55600", "-5"), r"object_count is '-5.*', expected 0 or more"),
        (COLD.replace("06-18", "11-01"), "last_read_on is '2026-11-01', expected no"),
        (COLD.replace("13900.5", "much"), "stored_gb is 'much', expected a number"),
    ],
)
def test_a_cell_that_cannot_be_true_stops_the_month_by_file_and_row(
    row, said, put, settings
):
    put("inventory.csv", HEADER + row)
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=rf"inventory.csv, row 1: {said}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")
