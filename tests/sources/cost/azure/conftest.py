"""One invented agreement and helpers that write its cost details as Azure does."""

import csv
import gzip
import json
from datetime import datetime
from functools import partial
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import vendor_drops

from pipelines.sources.cost.azure import SOURCE

ORDER = "/providers/Microsoft.Capacity/reservationOrders/O1/reservations/R1"
PLAN = "/providers/Microsoft.BillingBenefits/savingsPlanOrders/O2/savingsPlans/S1"
RESOURCES = "/subscriptions/S-1/resourceGroups/RG/providers"
MACHINE = f"{RESOURCES}/Microsoft.Compute/virtualMachines/VM-1"
EA = {
    "SubscriptionId": "S-1",
    "SubscriptionName": "research",
    "ResourceGroup": "RG",
    "ResourceLocation": "EastUS2",
    "Date": "08/15/2026",
    "ProductName": "Virtual Machines - D2",
    "MeterCategory": "Virtual Machines",
    "MeterSubCategory": "Dv3 Series",
    "MeterId": "meter-1",
    "MeterName": "D2 v3",
    "UnitOfMeasure": "1 Hour",
    "Quantity": "24",
    "EffectivePrice": "0.1",
    "CostInBillingCurrency": "2.4",
    "UnitPrice": "0.1",
    "PayGPrice": "0.11",
    "ConsumedService": "Microsoft.Compute",
    "ResourceId": MACHINE,
    "Tags": "",
    "AdditionalInfo": "",
    "ReservationId": "",
    "ReservationName": "",
    "Term": "",
    "PublisherType": "Azure",
    "PublisherName": "Microsoft",
    "ChargeType": "Usage",
    "Frequency": "UsageBased",
    "PricingModel": "OnDemand",
    "BillingAccountId": "100",
    "BillingAccountName": "Lumenloop",
    "BillingCurrencyCode": "USD",
    "BillingPeriodStartDate": "08/01/2026",
    "BillingPeriodEndDate": "08/31/2026",
    "PartNumber": "PART-1",
    "benefitId": "",
    "benefitName": "",
}
OPENAI = {
    "ConsumedService": "Microsoft.CognitiveServices",
    "MeterCategory": "Cognitive Services",
    "MeterSubCategory": "Azure OpenAI",
    "MeterName": "gpt 4o 1120 Inp glbl Tokens",
    "UnitOfMeasure": "1K",
    "Quantity": "2500.5",
    "UnitPrice": "0.0025",
    "PayGPrice": "0.003",
    "CostInBillingCurrency": "6.25125",
    "ResourceId": (
        "/subscriptions/S-1/resourceGroups/RG/providers/"
        "Microsoft.CognitiveServices/accounts/chat"
    ),
}


def row(kind="Usage", **changes):
    return EA | {"ChargeType": kind} | changes


def reserved(**changes):
    given = {
        "PricingModel": "Reservation",
        "benefitId": ORDER,
        "benefitName": "one-year",
        "CostInBillingCurrency": "1.2",
    }
    return EA | given | changes


def bought(**changes):
    given = {
        "ChargeType": "Purchase",
        "Frequency": "Recurring",
        "CostInBillingCurrency": "37.2",
        "UnitPrice": "37.2",
        "Quantity": "1",
    }
    return reserved(**given | changes)


def write_csv(path, rows, bom=False, names=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    names = names or list(dict.fromkeys(name for each in rows for name in each))
    opened = gzip.open if path.suffix == ".gz" else open
    encoding = "utf-8-sig" if bom else "utf-8"
    with opened(path, "wt", newline="", encoding=encoding) as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([[each.get(name, "") for name in names] for each in rows])
    return path


NUMBERS = {"Quantity", "EffectivePrice", "CostInBillingCurrency", "UnitPrice"}


def write_parquet(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    table = {}
    for name in rows[0]:
        values = [each[name] for each in rows]
        if name in NUMBERS:
            values = [float(value) if value else None for value in values]
        elif name.endswith("Date"):
            values = [datetime.strptime(value, "%m/%d/%Y").date() for value in values]  # noqa: DTZ007
        table[name] = pa.array(values)
    pq.write_table(pa.table(table), path)
    return path


def write_manifest(path, blobs, kind="ActualCost", **changes):
    """Write the manifest of a run; a blob is its name, rows and bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    start = changes.get("start", "2026-08-01T00:00:00")
    document = {
        "manifestVersion": "2024-04-01",
        "dataRowCount": changes.get("rows", sum(rows for _, rows, _ in blobs)),
        "exportConfig": {
            "exportName": "daily",
            "resourceId": changes.get("scope", "/Providers/Microsoft.Billing/x/100")
            + "/providers/Microsoft.CostManagement/exports/daily",
            "type": kind,
        },
        "deliveryConfig": {"compressionMode": changes.get("packing", "none")},
        "runInfo": {
            "submittedTime": changes.get("submitted", "2026-09-03T03:10:00.1234567Z"),
            "runId": path.parent.name,
            "startDate": start,
            "endDate": changes.get("end", start),
        },
        "blobs": [
            {"blobName": name, "byteCount": size, "dataRowCount": rows}
            for name, rows, size in blobs
        ],
    }
    path.write_text(json.dumps(document))
    return path


def run(exports, folder, rows, kind="ActualCost", **changes):
    """Deliver one run: a part and its manifest."""
    part = write_csv(exports / folder / "part_0_0001.csv", rows)
    blob = (f"container/{folder}/part_0_0001.csv", len(rows), part.stat().st_size)
    write_manifest(exports / folder / "manifest.json", [blob], kind, **changes)
    return part


candidates = partial(vendor_drops.candidates, SOURCE)
deliveries = partial(vendor_drops.deliveries, SOURCE)


@pytest.fixture
def azure():
    return SimpleNamespace(
        EA=EA,
        OPENAI=OPENAI,
        ORDER=ORDER,
        PLAN=PLAN,
        row=row,
        reserved=reserved,
        bought=bought,
        csv=write_csv,
        parquet=write_parquet,
        manifest=write_manifest,
        run=run,
        candidates=candidates,
        deliveries=deliveries,
        dated=vendor_drops.dated,
    )


@pytest.fixture
def source():
    return SOURCE


@pytest.fixture
def converted(exports, ledger):
    """Convert rows that are written as one bare CSV."""

    def rows(*given, period="2026-08"):
        write_csv(exports / "details.csv", list(given))
        return ledger(exports, period)

    return rows


@pytest.fixture
def real_exports(real_exports):
    return real_exports / "azure_cost_details"
