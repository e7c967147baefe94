"""Files as people and vendors leave them: saved again, odd tags, side files."""

from decimal import Decimal
from pathlib import Path

import pytest
from in_memory import asked

from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources

CASES = Path(__file__).parent


@pytest.fixture
def read(tmp_path):
    """Convert a case; give what was refused, passed over, and rows of the ledger."""

    def rows(case, columns):
        chosen = Settings(exports=CASES / case / "in", home=tmp_path / "home")
        sources = all_sources(chosen)
        landing = scan(chosen, sources)
        by_name = {source.name: source for source in sources}
        paths = [
            write_partition(
                chosen, by_name[delivery.source], [delivery], delivery.periods[0]
            ).path
            for delivery in landing.deliveries
        ]
        with asked() as db:
            select = f"select {columns} from read_parquet({[*map(str, paths)]})"
            return landing, db.execute(select).fetchall()

    return rows


def test_a_bill_that_was_saved_with_semicolons_has_its_decimals(read):
    landing, rows = read(
        "az-semicolon-comma-decimal",
        "x_SourceName, BilledCost, PricingQuantity, BillingCurrency",
    )

    # CostInBillingCurrency is '2,4': 24 hours at '0,1' are 2.40 EUR, not 24.
    assert landing.refusals == ()
    assert rows == [("azure", Decimal("2.4"), Decimal(24), "EUR")]


def test_tags_that_are_no_json_do_not_cost_a_month_its_money(read):
    landing, rows = read("focus-tags-semi", "x_SourceName, BilledCost, Tags, x_RawTags")

    # Tags is 'a=b;c=d': the 1.5 of the row counts, and the text is kept.
    assert landing.refusals == ()
    assert rows == [("focus_export", Decimal("1.5"), None, "a=b;c=d")]


def test_a_bucket_of_aws_is_read_as_it_lies(read):
    landing, rows = read(
        "aws-bucket-as-it-lies", "x_SourceName, BilledCost, BillingPeriodStart"
    )

    # One line of 0.1 USD; the four files that AWS keeps beside it have no line.
    assert landing.refusals == ()
    assert [(name, cost, f"{start:%Y-%m}") for name, cost, start in rows] == [
        ("aws", Decimal("0.1"), "2026-09")
    ]
    assert sorted(name.rpartition("/")[2] for name in landing.skipped) == [
        "aws-programmatic-access-test-object",
        "cost_and_usage_data_status.parquet",
        "crawler-cfn.yml",
        "mycur-create-table.sql",
    ]
