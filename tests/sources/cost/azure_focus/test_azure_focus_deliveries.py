"""Which files are FOCUS exports of Azure, and which run of a month counts."""

import pytest

from pipelines.landing.current import current_deliveries
from pipelines.landing.source import ExportError
from pipelines.sources.cost.azure_focus import SOURCE


def test_a_manifest_names_scope_month_and_run(azure, exports):
    azure.run(exports, "run-1", [azure.row()])

    (delivery,) = azure.deliveries(exports)
    assert (delivery.scope, delivery.periods, delivery.batch) == (
        "/subscriptions/s-1",
        ("2026-08",),
        "run-1",
    )


def test_a_newer_run_replaces_the_month(azure, exports, ledger):
    azure.run(exports, "early", [azure.row()] * 2, at="2026-08-20")
    azure.run(exports, "late", [azure.row()], at="2026-09-03")

    found = current_deliveries(SOURCE, azure.deliveries(exports), "2026-08")
    assert [delivery.batch for delivery in found] == ["late"]
    assert len(ledger(exports)) == 1


def test_a_bare_file_is_of_its_billing_account(azure, exports):
    azure.csv(exports / "focus.csv", [azure.row()])

    (delivery,) = azure.deliveries(exports)
    assert (delivery.scope, delivery.periods) == ("100", ("2026-08",))


def test_parquet_says_the_same_as_csv(azure, exports, ledger):
    azure.parquet(exports / "focus.parquet", [azure.row(), azure.row()])

    assert [charge.x_SourceRowNumber for charge in ledger(exports)] == [1, 2]


def test_a_file_without_rows_is_claimed_and_gives_no_drop(azure, exports):
    azure.csv(exports / "none.csv", [], names=list(azure.FOCUS))

    assert len(azure.candidates(exports)) == 1
    assert azure.deliveries(exports) == []


def test_fewer_rows_than_announced_are_refused(azure, exports):
    azure.run(exports, "run", [azure.row()], count=2)

    with pytest.raises(ExportError) as refusal:
        azure.deliveries(exports)
    assert str(refusal.value) == (
        "azure_focus: run/manifest.json announces 2 rows of run/part_0_0001.csv.gz, "
        "found 1: copy the files of the run again"
    )


def test_a_missing_blob_is_refused(azure, exports):
    azure.run(exports, "run", [azure.row()]).unlink()

    with pytest.raises(ExportError, match=r"part_0_0001\.csv\.gz, which is not there"):
        azure.deliveries(exports)


def test_an_export_without_a_needed_column_is_refused(azure, exports):
    row = azure.row()
    del row["EffectiveCost"]
    azure.csv(exports / "focus.csv", [row])

    with pytest.raises(ExportError, match="a FOCUS export without EffectiveCost"):
        azure.deliveries(exports)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"BilledCost": "n/a"}, "BilledCost is 'n/a', expected a number"),
        ({"ChargePeriodEnd": "soon"}, "ChargePeriodEnd is 'soon', expected a date"),
        ({"ChargeCategory": ""}, "ChargeCategory is empty, expected a value"),
    ],
)
def test_a_value_that_cannot_be_true_names_its_place(
    azure, exports, ledger, changes, complaint
):
    azure.csv(exports / "focus.csv", [azure.row(), azure.row(**changes)])

    with pytest.raises(ExportError) as refusal:
        ledger(exports)
    assert f"focus.csv, row 2 of the delivery: {complaint}" in str(refusal.value)


@pytest.mark.parametrize("missing", [("BilledCost",), ("x_SkuMeterId",)])
def test_focus_of_others_and_other_tables_are_not_claimed(azure, exports, missing):
    names = [name for name in azure.FOCUS if name not in missing]
    if missing == ("x_SkuMeterId",):
        names = [name for name in names if not name.startswith("x_")]
    azure.csv(exports / "other.csv", [], names=names)

    assert azure.candidates(exports) == []


def test_the_manifest_of_cost_details_is_not_claimed(azure, exports):
    azure.run(exports, "run", [azure.row()], kind="ActualCost").unlink()

    assert azure.candidates(exports) == []
