"""native_totals.csv: what consoles said, each total as it was read last."""

from decimal import Decimal

import duckdb
import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.ledger.tally import left_out
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.lists.native_totals import NATIVE_TOTALS

SOURCE = NATIVE_TOTALS.as_source()

ROW = {
    "ledger_source": "aws",
    "sub_account_id": "000000000012",
    "billing_period": "2026-10",
    "cost_basis": "billed",
    "native_total": "118.00",
    "currency": "USD",
    "tool": "Cost Explorer",
    "read_on": "2026-10-21",
}


def file(*changes):
    lines = [",".join((ROW | change).values()) for change in changes]
    return "\n".join([NATIVE_TOTALS.header, *lines]) + "\n"


def test_a_total_keeps_its_account_its_cents_and_its_day(put, convert):
    put("totals.csv", file({}))

    rows = convert(
        SOURCE,
        "2026-10",
        "ledger_source, sub_account_id, billing_period_start::date::text, cost_basis, "
        "native_total, currency, tool, read_on::text, source_row_number",
    )

    said = ("aws", "000000000012", "2026-10-01", "billed", Decimal(118), "USD")
    assert rows == [(*said, "Cost Explorer", "2026-10-21", 1)]


def test_a_later_reading_counts_wherever_it_stands(put, convert, settings):
    later = {"native_total": "125.00", "read_on": "2026-11-06"}
    put("new.csv", file({}), hour=2)
    put("old.csv", file(later), hour=1)

    assert convert(SOURCE, "2026-10", "native_total") == [(Decimal(125),)]
    with duckdb.connect() as db:
        left = db.execute(
            f"select reason, row_count from ({left_out(settings.ledger_dir)})"
        ).fetchall()
    assert left == [("a newer reading has its total", 1)]


def test_a_reading_is_corrected_by_the_last_row_of_its_day(put, convert):
    put("totals.csv", file({}, {"native_total": "119.00"}))

    assert convert(SOURCE, "2026-10", "native_total") == [(Decimal(119),)]


def test_other_accounts_bases_tools_and_months_are_other_totals(put, convert):
    put(
        "totals.csv",
        file(
            {},
            {"sub_account_id": ""},
            {"cost_basis": "effective"},
            {"tool": "the vendor's API"},
            {"currency": "EUR"},
            {"billing_period": "2026-09"},
        ),
    )

    assert len(convert(SOURCE, "2026-10", "tool")) == 5
    assert len(convert(SOURCE, "2026-09", "tool")) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cost_basis": "list"}, "cost_basis is 'list', expected one of billed"),
        ({"native_total": "1,5"}, "native_total is"),
        ({"native_total": ""}, "native_total is empty, expected a number"),
        ({"currency": "US$"}, r"currency is 'US\$', expected a currency code"),
        ({"tool": ""}, "tool is empty, expected a value"),
        ({"read_on": "2026-09-30"}, "read_on is '2026-09-30', expected a day of the"),
    ],
)
def test_a_wrong_cell_names_file_row_and_column(change, said, put, settings):
    put("totals.csv", file({}, change).replace("1,5", '"1,5"'))
    landing = scan(settings, [SOURCE])

    with pytest.raises(
        ExportError, match=rf"^native_totals 2026-10: totals\.csv, row 2: {said}"
    ):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("native_total,read_on\n1,2026-10-21\n", "without ledger_source, billing_per"),
        (file({"billing_period": "October"}), "'October', expected a month like"),
    ],
    ids=["a column is missing", "a period is no month"],
)
def test_a_wrong_file_is_refused_by_name(content, said, put, settings):
    put("totals.csv", content)

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "totals.csv" in refusal.reason
    assert said in refusal.reason


SAMPLES = PROJECT_DIR / "sample_exports"
EARLY = "aws/cur2/lumenloop-cur2/data/BILLING_PERIOD=2026-10/20261020*/*.parquet"


@pytest.mark.slow
def test_the_sample_ties_but_for_an_early_reading_and_credits_left_out(sample_home):
    """What consoles said is summed here from the raw files once more."""
    published = current(Settings(home=sample_home)).database
    with duckdb.connect(str(published), read_only=True) as db:
        found = {
            (source, account): (status, said, difference)
            for source, account, status, said, difference in db.execute(
                "select source_name, sub_account_id, status, native_total, difference "
                "from fct_native_totals_monthly"
            ).fetchall()
        }
    with duckdb.connect() as db:
        [(early,)] = db.execute(
            "select round(sum(line_item_unblended_cost::decimal(38, 12)), 2) "
            f"from '{SAMPLES}/{EARLY}' "
            "where line_item_usage_account_id = '210000000003'"
        ).fetchall()
        [(granted,)] = db.execute(
            "select sum(credit.amount) from (select unnest(credits) as credit from "
            f"read_json('{SAMPLES}/gcp/*-202610-*.json.gz', "
            "columns = {credits: 'struct(amount decimal(38, 12))[]'}))"
        ).fetchall()

    assert {key: status for key, (status, _, _) in found.items()} == {
        ("aws", "210000000002"): "tied",
        ("aws", "210000000003"): "restated since",
        ("azure", "5b1d6c0e-0c7a-4f52-9a1b-3e7d5f8a2c41"): "tied",
        ("gcp", "lumenloop-search"): "differs",
    }
    assert found["aws", "210000000003"][1] == early
    assert abs(found["gcp", "lumenloop-search"][2] + granted) <= Decimal("0.005")
