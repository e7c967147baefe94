"""One invented subscription and helpers that write its FOCUS export as Azure does."""

import csv
import gzip
import json
from functools import partial
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import vendor_drops

from pipelines.sources.cost.azure_focus import SOURCE

RESOURCE = "/subscriptions/S-1/resourceGroups/RG/providers/Microsoft.Compute"
ORDER = "/providers/Microsoft.Capacity/reservationOrders/O1/reservations/R1"
PLAN = "/providers/Microsoft.BillingBenefits/savingsPlanOrders/O2/savingsPlans/S1"
FOCUS = {
    "BilledCost": "2.4",
    "BillingAccountId": "100",
    "BillingAccountName": "Lumenloop",
    "BillingAccountType": "Billing Account",
    "BillingCurrency": "USD",
    "BillingPeriodEnd": "2026-09-01T00:00Z",
    "BillingPeriodStart": "2026-08-01T00:00Z",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargeDescription": "an hour of a machine",
    "ChargeFrequency": "Usage-Based",
    "ChargePeriodEnd": "2026-08-16T00:00Z",
    "ChargePeriodStart": "2026-08-15T00:00Z",
    "CommitmentDiscountId": "",
    "CommitmentDiscountName": "",
    "CommitmentDiscountStatus": "",
    "ConsumedQuantity": "24",
    "ConsumedUnit": "Hours",
    "ContractedCost": "2.4",
    "ContractedUnitPrice": "0.1",
    "EffectiveCost": "2.4",
    "InvoiceIssuerName": "Microsoft",
    "ListCost": "2.64",
    "ListUnitPrice": "0.11",
    "PricingCategory": "Standard",
    "PricingQuantity": "24",
    "PricingUnit": "Hours",
    "ProviderName": "Microsoft",
    "PublisherName": "Microsoft",
    "RegionId": "eastus2",
    "RegionName": "East US 2",
    "ResourceId": f"{RESOURCE}/virtualMachines/VM-1",
    "ResourceName": "VM-1",
    "ResourceType": "Virtual machine",
    "ServiceCategory": "Compute",
    "ServiceName": "Virtual Machines",
    "SkuId": "SKU-1",
    "SkuPriceId": "PRICE-1",
    "SubAccountId": "S-1",
    "SubAccountName": "research",
    "SubAccountType": "Subscription",
    "Tags": "",
    "x_BillingExchangeRate": "1",
    "x_BillingProfileId": "100",
    "x_InvoiceId": "",
    "x_PricingBlockSize": "1",
    "x_PricingCurrency": "USD",
    "x_PricingUnitDescription": "1 Hour",
    "x_PublisherCategory": "Cloud Provider",
    "x_ResourceType": "Microsoft.Compute/virtualMachines",
    "x_SkuDetails": "",
    "x_SkuMeterCategory": "Virtual Machines",
    "x_SkuMeterId": "meter-1",
    "x_SkuMeterName": "D2 v3",
    "x_SkuMeterSubcategory": "Dv3 Series",
    "x_SkuTerm": "",
}


def row(**changes):
    return FOCUS | changes


def purchase(**changes):
    given = {
        "ChargeCategory": "Purchase",
        "ChargeFrequency": "Recurring",
        "CommitmentDiscountId": ORDER,
        "EffectiveCost": "0",
        "ConsumedQuantity": "",
        "ConsumedUnit": "",
    }
    return FOCUS | given | changes


def write_csv(path, rows, names=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    names = names or list(dict.fromkeys(name for each in rows for name in each))
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([[each.get(name, "") for name in names] for each in rows])
    return path


def write_parquet(path, rows):
    columns = {name: pa.array([each[name] for each in rows]) for name in rows[0]}
    pq.write_table(pa.table(columns), path)


def run(exports, folder, rows, **changes):
    """Deliver one run: a part and its manifest."""
    part = write_csv(exports / folder / "part_0_0001.csv.gz", rows)
    document = {
        "exportConfig": {
            "resourceId": "/subscriptions/S-1"
            "/providers/Microsoft.CostManagement/exports/focus",
            "dataVersion": "1.0",
            "type": changes.get("kind", "FocusCost"),
        },
        "deliveryConfig": {"compressionMode": "gzip"},
        "runInfo": {
            "submittedTime": changes.get("at", "2026-09-03") + "T00:00:00Z",
            "runId": folder,
            "startDate": "2026-08-01T00:00:00",
            "endDate": "2026-08-31T00:00:00",
        },
        "blobs": [
            {
                "blobName": f"root/{folder}/{part.name}",
                "dataRowCount": changes.get("count", len(rows)),
            }
        ],
    }
    (exports / folder / "manifest.json").write_text(json.dumps(document))
    return part


candidates = partial(vendor_drops.candidates, SOURCE)
deliveries = partial(vendor_drops.deliveries, SOURCE)


@pytest.fixture
def azure():
    return SimpleNamespace(
        FOCUS=FOCUS,
        ORDER=ORDER,
        PLAN=PLAN,
        row=row,
        purchase=purchase,
        csv=write_csv,
        parquet=write_parquet,
        run=run,
        candidates=candidates,
        deliveries=deliveries,
    )


@pytest.fixture
def source():
    return SOURCE


@pytest.fixture
def converted(exports, ledger):
    """Convert rows that are written as one bare CSV."""

    def rows(*given):
        write_csv(exports / "focus.csv", list(given))
        return ledger(exports)

    return rows
