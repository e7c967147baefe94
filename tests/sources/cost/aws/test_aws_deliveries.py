"""Which files are one drop, of which month and payer, and which drop is newer."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.landing.current import current_deliveries
from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.settings import Settings
from pipelines.sources.cost.aws import SOURCE

MONTH = "cur/20260801-20260901"
PERIOD = {"billingPeriod": {"start": "20260801T000000.000Z"}, "reportName": "cur"}


def assembly(cur, exports, name, cost, chunks=1):
    """Deliver a legacy report: an assembly folder, and the manifest above it."""
    keys = [f"bucket-prefix/{MONTH}/{name}/cur-{n + 1}.csv.gz" for n in range(chunks)]
    for key in keys:
        row = cur.row(line_item_unblended_cost=cost)
        cur.csv(exports / key.removeprefix("bucket-prefix/"), [row])
    for folder in (f"{MONTH}/{name}", MONTH):
        path = exports / folder / "cur-Manifest.json"
        cur.manifest(path, keys, **PERIOD | {"assemblyId": name})


def execution(cur, exports, folder, cost, month="2026-08"):
    data = f"export/data/BILLING_PERIOD={month}/{folder}/export-00001.snappy.parquet"
    cur.parquet(exports / data, [cur.row(line_item_unblended_cost=cost)])
    meta = f"export/metadata/BILLING_PERIOD={month}/{folder}/export-Manifest.json"
    cur.manifest(exports / meta, [f"s3://bucket/some/prefix/{data}"], "dataFiles")


def newest(cur, exports):
    (delivery,) = current_deliveries(SOURCE, cur.deliveries(exports), "2026-08")
    return delivery


def test_a_manifest_and_its_copy_are_one_drop(cur, exports):
    assembly(cur, exports, "a1", "1", chunks=2)

    (drop,) = SOURCE.drops(cur.candidates(exports))

    assert [file.path.name for file in drop.files] == ["cur-1.csv.gz", "cur-2.csv.gz"]
    assert (drop.periods, drop.scope) == (("2026-08",), "000000000042")
    assert drop.batch == "a1"
    assert drop.manifest.name == f"{MONTH}/a1/cur-Manifest.json"


@pytest.mark.parametrize("order", [("a1", "b2"), ("b2", "a1")])
def test_the_assembly_that_the_month_points_at_is_the_newest(
    cur, exports, order, ledger
):
    for name in order:
        assembly(cur, exports, name, "1" if name == order[0] else "5")
    # Copying may have left the older assembly with the younger files.
    for path in (exports / MONTH / order[0]).iterdir():
        cur.dated(path, -1)

    assert newest(cur, exports).batch == order[1]
    assert [charge.BilledCost for charge in ledger(exports)] == [5]


def test_the_time_of_an_execution_decides_not_the_time_of_the_file(
    cur, exports, ledger
):
    execution(cur, exports, "20260904T050000Z-old", "1")
    execution(cur, exports, "2026-09-05T05:00:00.123Z-new", "5")
    for path in exports.rglob("*old/*.parquet"):
        cur.dated(path, -1)

    delivery = newest(cur, exports)

    assert delivery.delivered_at == datetime(2026, 9, 5, 5, tzinfo=UTC)
    assert [charge.BilledCost for charge in ledger(exports)] == [5]


def test_bare_chunks_of_a_report_are_one_drop_in_the_order_of_their_numbers(
    cur, exports
):
    for number in range(10, 0, -1):
        cur.parquet(exports / f"aug-cur-{number}.snappy.parquet", [cur.row()])

    (drop,) = SOURCE.drops(cur.candidates(exports))

    assert [file.name for file in drop.files] == [
        f"aug-cur-{number}.snappy.parquet" for number in range(1, 11)
    ]


def test_the_same_bare_report_in_a_younger_file_is_a_redelivery(cur, exports, ledger):
    old = cur.csv(exports / "mon/cur.csv", [cur.row(line_item_unblended_cost="1")])
    cur.csv(exports / "tue/cur.csv", [cur.row(line_item_unblended_cost="5")])
    cur.dated(old, 1)

    (first, second) = SOURCE.drops(cur.candidates(exports))

    assert second.delivered_at - first.delivered_at > timedelta(hours=23)
    assert [charge.BilledCost for charge in ledger(exports)] == [5]


def test_bare_files_of_two_months_are_two_drops(cur, exports):
    september = cur.row(
        bill_billing_period_start_date="2026-09-01T00:00:00.000Z",
        bill_billing_period_end_date="2026-10-01T00:00:00.000Z",
    )
    cur.parquet(exports / "cur-1.parquet", [cur.row()])
    cur.parquet(exports / "cur-2.parquet", [september])

    drops = SOURCE.drops(cur.candidates(exports))

    assert {drop.periods for drop in drops} == {("2026-08",), ("2026-09",)}


def test_one_parquet_file_may_hold_several_months(cur, exports, ledger):
    september = cur.row(
        bill_billing_period_start_date="2026-09-01T00:00:00.000Z",
        line_item_unblended_cost="7",
    )
    cur.parquet(exports / "year.parquet", [cur.row(), september])

    assert [charge.BilledCost for charge in ledger(exports, "2026-08")] == [3]
    (charge,) = ledger(exports, "2026-09")
    assert (charge.BilledCost, charge.x_SourceRowNumber) == (7, 2)


def test_two_payers_do_not_replace_each_other(cur, exports, ledger):
    cur.csv(exports / "a.csv", [cur.row()])
    cur.csv(exports / "b.csv", [cur.row(bill_payer_account_id="000000000099")])

    rows = ledger(exports)

    assert {charge.BillingAccountId for charge in rows} == {
        "000000000042",
        "000000000099",
    }


def test_a_manifest_finds_its_files_when_only_its_folder_was_copied(cur, exports):
    cur.csv(exports / "any/cur-1.csv", [cur.row()])
    keys = ["prefix/cur/20260801-20260901/a1/cur-1.csv"]
    cur.manifest(exports / "any/cur-Manifest.json", keys, **PERIOD)

    (drop,) = SOURCE.drops(cur.candidates(exports))

    assert drop.files[0].name == "any/cur-1.csv"


def test_a_file_of_another_assembly_is_never_taken_for_the_missing_one(cur, exports):
    assembly(cur, exports, "a1", "1")
    keys = [f"bucket-prefix/{MONTH}/b2/cur-1.csv.gz"]
    cur.manifest(exports / MONTH / "cur-Manifest.json", keys, **PERIOD)

    with pytest.raises(ExportError) as refusal:
        SOURCE.drops(cur.candidates(exports))

    assert f"{MONTH}/cur-Manifest.json names {keys[0]}" in str(refusal.value)


def test_a_leftover_beside_the_files_of_a_manifest_is_refused(cur, exports):
    assembly(cur, exports, "a1", "1")
    cur.csv(exports / MONTH / "a1/cur-2.csv.gz", [cur.row()])

    with pytest.raises(ExportError, match=r"a1/cur-2\.csv\.gz: no manifest names it"):
        SOURCE.drops(cur.candidates(exports))


def test_two_reports_on_one_bill_are_refused_because_they_count_it_twice(
    cur, exports, tmp_path
):
    assembly(cur, exports, "a1", "1")
    execution(cur, exports, "20260904T050000Z-x", "1")

    found = scan(Settings(exports=exports, home=tmp_path / "home"), [SOURCE])

    assert not found.deliveries
    [refused] = found.refusals
    names, reason = refused.names, refused.reason
    assert f"{MONTH}/a1/cur-1.csv.gz (aws/cur)" in reason
    assert "export/data/BILLING_PERIOD=2026-08" in reason
    assert "account 000000000042 for 2026-08" in reason
    assert "keep one of them" in reason
    assert len(names) == 2


def test_a_manifest_of_another_month_than_its_files_is_refused(cur, exports):
    cur.parquet(exports / "x/cur-1.parquet", [cur.row()])
    july = {"billingPeriod": {"start": "20260701T000000.000Z"}}
    cur.manifest(exports / "x/cur-Manifest.json", ["x/cur-1.parquet"], **july)

    with pytest.raises(ExportError, match=r"manifest of 2026-07.*rows of 2026-08"):
        SOURCE.drops(cur.candidates(exports))


def test_a_manifest_without_files_is_refused(cur, exports):
    cur.manifest(exports / "cur-Manifest.json", [])

    with pytest.raises(ExportError, match="names no data file"):
        SOURCE.drops(cur.candidates(exports))


def test_a_report_without_a_core_column_is_claimed_and_refused(cur, exports):
    row = cur.row()
    del row["line_item_unblended_cost"]
    cur.csv(exports / "cut.csv", [row])

    with pytest.raises(ExportError, match=r"cut\.csv: .*lineItem/UnblendedCost"):
        SOURCE.drops(cur.candidates(exports))


def test_other_tables_and_manifests_are_left_to_others(cur, exports):
    (exports / "invoices.csv").write_text("invoice_id,invoice_amount\n1,2\n")
    (exports / "focus.csv").write_text("BilledCost,EffectiveCost\n1,2\n")
    focus = {"dataFiles": ["a.parquet"], "columns": [{"name": "BilledCost"}]}
    (exports / "focus-Manifest.json").write_text(json.dumps(focus))
    (exports / "manifest.json").write_text('{"blobs": []}')

    assert cur.candidates(exports) == []


def test_a_report_of_nothing_is_a_drop_of_no_month(cur, exports):
    path = cur.csv(exports / "empty.csv", [cur.row()])
    path.write_text(path.read_text().splitlines()[0] + "\n")

    (drop,) = SOURCE.drops(cur.candidates(exports))

    assert drop.periods == ()
