"""Which files are one run, of which month, scope and cost type, and which is newer."""

import pytest

from pipelines.landing.current import current_deliveries
from pipelines.landing.source import ExportError
from pipelines.sources.cost.azure import SOURCE


def current(azure, exports, period="2026-08"):
    return current_deliveries(SOURCE, azure.deliveries(exports), period)


def test_a_manifest_names_scope_month_run_and_book(azure, exports):
    azure.run(exports, "run-1", [azure.row()], "AmortizedCost")

    (delivery,) = azure.deliveries(exports)
    assert delivery.scope == "/providers/microsoft.billing/x/100#amortized"
    assert delivery.periods == ("2026-08",)
    assert delivery.batch == "run-1"
    assert f"{delivery.delivered_at:%Y-%m-%dT%H:%M}" == "2026-09-03T03:10"


@pytest.mark.parametrize(
    ("changes", "cost_type"),
    [
        ({}, "actual"),
        ({"PricingModel": "Reservation", "CostInBillingCurrency": "0"}, "actual"),
        ({"PricingModel": "Reservation"}, "amortized"),
        ({"PricingModel": "Savings Plan"}, "amortized"),
        ({"ChargeType": "UnusedReservation"}, "amortized"),
        ({"ChargeType": "UnusedSavingsPlan"}, "amortized"),
        ({"ChargeType": "Purchase", "PricingModel": "SavingsPlan"}, "actual"),
    ],
)
def test_the_rows_of_a_bare_file_say_which_cost_type_it_is(
    azure, exports, changes, cost_type
):
    azure.csv(exports / "a file.csv", [azure.row(**changes)])

    (delivery,) = azure.deliveries(exports)
    assert delivery.scope == f"100#{cost_type}"


def test_a_file_of_both_books_is_refused(azure, exports):
    azure.csv(exports / "both.csv", [azure.reserved(), azure.bought()])

    with pytest.raises(ExportError, match=r"azure: both\.csv: has purchases of"):
        azure.deliveries(exports)


def test_a_newer_run_replaces_its_book_and_leaves_the_other(azure, exports):
    first = [azure.row()]
    azure.run(exports, "early", first, submitted="2026-08-20T00:00:00Z")
    azure.run(exports, "late", first * 2, submitted="2026-09-03T00:00:00Z")
    azure.run(exports, "spread", first, "AmortizedCost")

    assert len(azure.deliveries(exports)) == 3
    assert {d.batch for d in current(azure, exports)} == {"late", "spread"}


def test_the_later_of_two_bare_files_of_a_month_counts(azure, exports):
    azure.dated(azure.csv(exports / "a.csv", [azure.row()]), days=1)
    azure.dated(azure.csv(exports / "b.csv", [azure.row()]), days=2)

    assert [d.names for d in current(azure, exports)] == [("a.csv",)]


def test_parts_of_a_folder_without_manifest_are_one_run(azure, exports):
    for number in range(2):
        azure.csv(exports / "run" / f"part_{number}_0001.csv", [azure.row()])

    (delivery,) = azure.deliveries(exports)
    assert [name[-15:] for name in delivery.names] == [
        "part_0_0001.csv",
        "part_1_0001.csv",
    ]


def test_a_run_of_three_months_has_three_periods(azure, exports, ledger):
    rows = [
        azure.row(
            Date=f"0{month}/15/2026",
            BillingPeriodStartDate=f"0{month}/01/2026",
            BillingPeriodEndDate=f"0{month}/28/2026",
            CostInBillingCurrency=str(month),
        )
        for month in (6, 7, 8)
    ]
    azure.run(exports, "once", rows, start="2026-06-01", end="2026-08-31")

    (delivery,) = azure.deliveries(exports)
    assert delivery.periods == ("2026-06", "2026-07", "2026-08")
    assert [charge.BilledCost for charge in ledger(exports, "2026-07")] == [7]


def test_a_billing_period_that_is_no_month_is_cut_by_the_day(azure, exports, ledger):
    period = {
        "BillingPeriodStartDate": "07/20/2026",
        "BillingPeriodEndDate": "08/19/2026",
    }
    azure.run(exports, "run", [azure.row(**period, Date="08/13/2026")])

    (charge,) = ledger(exports)
    assert azure.deliveries(exports)[0].periods == ("2026-08",)
    assert f"{charge.BillingPeriodStart:%m-%d}" == "07-20"
    assert f"{charge.BillingPeriodEnd:%m-%d}" == "08-20"


def test_a_month_without_blobs_is_fine(azure, exports):
    azure.manifest(exports / "run" / "manifest.json", [])

    assert len(azure.candidates(exports)) == 1
    assert azure.deliveries(exports) == []


def test_a_run_without_rows_empties_its_month(azure, exports, ledger):
    azure.run(exports, "early", [azure.row()], submitted="2026-08-02T00:00:00Z")
    part = azure.csv(exports / "late" / "part_0_0001.csv", [], names=list(azure.row()))
    azure.manifest(
        exports / "late" / "manifest.json",
        [("c/late/part_0_0001.csv", 0, part.stat().st_size)],
    )

    assert [d.batch for d in current(azure, exports)] == ["late"]
    assert ledger(exports) == []


def test_a_bare_file_without_rows_is_claimed_and_gives_no_drop(azure, exports):
    azure.csv(exports / "none.csv", [], names=list(azure.row()), bom=True)

    assert len(azure.candidates(exports)) == 1
    assert azure.deliveries(exports) == []


def test_two_manifests_of_the_same_files_are_one_run(azure, exports):
    azure.run(exports, "run", [azure.row()])
    manifest = exports / "run" / "manifest.json"
    manifest.with_name("_manifest.json").write_bytes(manifest.read_bytes())

    assert len(azure.deliveries(exports)) == 1


def refused(azure, exports):
    with pytest.raises(ExportError) as refusal:
        azure.deliveries(exports)
    return str(refusal.value)


def test_a_missing_blob_is_refused(azure, exports):
    azure.run(exports, "run", [azure.row()]).unlink()

    assert refused(azure, exports) == (
        "azure: run/manifest.json names container/run/part_0_0001.csv, which is not "
        "there: copy the missing file below the same folder, or take the manifest away"
    )


def test_fewer_rows_than_announced_are_refused(azure, exports):
    part = azure.run(exports, "run", [azure.row()])
    azure.manifest(
        exports / "run" / "manifest.json",
        [("container/run/part_0_0001.csv", 2, part.stat().st_size)],
    )

    assert refused(azure, exports) == (
        "azure: run/manifest.json announces 2 rows of run/part_0_0001.csv, found 1: "
        "copy the files of the run again"
    )


def test_fewer_rows_than_announced_of_all_files_are_refused(azure, exports):
    part = azure.run(exports, "run", [azure.row()])
    azure.manifest(
        exports / "run" / "manifest.json",
        [("container/run/part_0_0001.csv", 1, part.stat().st_size)],
        rows=5,
    )

    assert "announces 5 rows of its files, found 1" in refused(azure, exports)


def test_fewer_bytes_than_announced_are_refused(azure, exports):
    part = azure.run(exports, "run", [azure.row()])
    size = part.stat().st_size
    azure.manifest(
        exports / "run" / "manifest.json",
        [("container/run/part_0_0001.csv", 1, size + 9)],
    )

    assert f"announces {size + 9} bytes of run/part_0_0001.csv, found {size}" in (
        refused(azure, exports)
    )


def test_bytes_of_compressed_files_are_not_compared(azure, exports):
    azure.csv(exports / "run" / "part_0_0001.csv.gz", [azure.row()])
    azure.manifest(
        exports / "run" / "manifest.json",
        [("c/run/part_0_0001.csv.gz", 1, 99_999)],
        packing="gzip",
    )

    assert len(azure.deliveries(exports)) == 1


def test_a_leftover_beside_the_files_of_a_manifest_is_refused(azure, exports):
    azure.run(exports, "run", [azure.row()])
    azure.csv(exports / "run" / "part_1_0001.csv", [azure.row()])

    assert "run/part_1_0001.csv: no manifest names it" in refused(azure, exports)


def test_rows_of_another_month_than_the_run_are_refused(azure, exports):
    azure.run(exports, "run", [azure.row()], start="2026-05-01")

    assert refused(azure, exports).endswith(
        "has rows of 2026-08, expected rows of 2026-05"
    )


def test_two_scopes_that_bill_the_same_subscription_are_refused(azure, exports):
    azure.run(exports, "run", [azure.row()])
    azure.csv(exports / "bare.csv", [azure.row()])

    message = refused(azure, exports)
    assert "run/part_0_0001.csv (scope /providers/microsoft.billing/x/100) and " in (
        message
    )
    assert "bare.csv (scope 100) both bill s-1 for 2026-08" in message


def test_resource_groups_of_one_subscription_may_be_exported_apart(azure, exports):
    for name in ("a", "b"):
        scope = f"/subscriptions/s-1/resourceGroups/{name}"
        azure.run(exports, name, [azure.row()], scope=scope)

    assert len(current(azure, exports)) == 2


def test_a_manifest_that_is_none_is_refused(azure, exports):
    (exports / "manifest.json").write_text('{"exportConfig": 1, "type": "ActualCost"}')

    assert "azure: manifest.json: not readable" in refused(azure, exports)


def test_details_without_a_core_column_are_refused(azure, exports):
    row = azure.row()
    del row["CostInBillingCurrency"]
    azure.csv(exports / "bad.csv", [row])

    assert refused(azure, exports) == (
        "azure: bad.csv: cost details without costinbillingcurrency; let the export "
        "include the missing columns"
    )


@pytest.mark.parametrize(
    "header",
    [
        ("MeterId", "MeterCategory", "UnitOfMeasure", "UnitPrice", "CurrencyCode"),
        ("BilledCost", "ChargeCategory", "SubscriptionId", "ConsumedService"),
        ("lineItem/UnblendedCost", "bill/PayerAccountId"),
    ],
)
def test_other_tables_are_not_claimed(azure, exports, header):
    azure.csv(exports / "other.csv", [], names=header)

    assert azure.candidates(exports) == []


def test_manifests_of_other_data_sets_are_not_claimed(azure, exports):
    azure.manifest(exports / "manifest.json", [], "PriceSheet")
    azure.manifest(exports / "m.json", [], "FocusCost")

    assert azure.candidates(exports) == []
