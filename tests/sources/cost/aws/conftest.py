"""One invented account and helpers that write its report in every format of AWS."""

import csv
import gzip
import json
import zipfile
from datetime import datetime
from functools import partial
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import vendor_drops

from pipelines.sources.cost.aws import SOURCE
from pipelines.sources.cost.aws.columns import _rows

HEADERS = {row["name"]: row["header"] for row in _rows()}
KINDS = {row["name"]: row["type"] for row in _rows()}
USAGE = {
    "bill_billing_entity": "AWS",
    "bill_billing_period_end_date": "2026-09-01T00:00:00.000Z",
    "bill_billing_period_start_date": "2026-08-01T00:00:00.000Z",
    "bill_invoice_id": "77",
    "bill_invoicing_entity": "Amazon Web Services, Inc.",
    "bill_payer_account_id": "000000000042",
    "line_item_currency_code": "USD",
    "line_item_line_item_description": "an hour of a machine",
    "line_item_line_item_type": "Usage",
    "line_item_operation": "RunInstances",
    "line_item_product_code": "AmazonEC2",
    "line_item_unblended_cost": "3",
    "line_item_unblended_rate": "1.5",
    "line_item_usage_account_id": "000000000043",
    "line_item_usage_amount": "2",
    "line_item_usage_end_date": "2026-08-05T01:00:00.000Z",
    "line_item_usage_start_date": "2026-08-05T00:00:00.000Z",
    "line_item_usage_type": "BoxUsage:m5.large",
    "pricing_public_on_demand_cost": "4",
    "pricing_public_on_demand_rate": "2",
    "pricing_unit": "Hrs",
    "product_instance_type": "m5.large",
    "product_sku": "SKU1",
}


def row(kind="Usage", **changes):
    return USAGE | {"line_item_line_item_type": kind} | changes


def header(name):
    if name.startswith("resource_tags_user_"):
        return name.replace("resource_tags_user_", "resourceTags/user:")
    return HEADERS.get(name) or name


def names_of(rows):
    return list(dict.fromkeys(name for each in rows for name in each))


def write_csv(path, rows, legacy=True):
    path.parent.mkdir(parents=True, exist_ok=True)
    names = names_of(rows)
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([header(name) if legacy else name for name in names])
        writer.writerows([[each.get(name, "") for name in names] for each in rows])
    return path


def write_zip(path, rows):
    plain = write_csv(path.with_suffix(""), rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, plain.name)
    plain.unlink()
    return path


def as_parquet(name, value):
    if KINDS.get(name) == "map":
        return list((value or {}).items())
    if KINDS.get(name) == "time":
        return datetime.fromisoformat(value).replace(tzinfo=None)
    # Rates are text in AWS's Parquet, amounts are floating point.
    if KINDS.get(name) == "number" and not name.endswith("_rate"):
        return float(value) if value else None
    return value or ""


def write_parquet(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    table = {}
    for name in names_of(rows):
        values = [as_parquet(name, each.get(name)) for each in rows]
        is_map = KINDS.get(name) == "map"
        table[name] = pa.array(
            values, pa.map_(pa.string(), pa.string()) if is_map else None
        )
    pq.write_table(pa.table(table), path)
    return path


def write_manifest(path, keys, field="reportKeys", **more):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"assemblyId": path.parent.name, field: keys} | more))
    return path


candidates = partial(vendor_drops.candidates, SOURCE)
deliveries = partial(vendor_drops.deliveries, SOURCE)


@pytest.fixture
def cur():
    return SimpleNamespace(
        row=row,
        csv=write_csv,
        zip=write_zip,
        parquet=write_parquet,
        manifest=write_manifest,
        candidates=candidates,
        deliveries=deliveries,
        dated=vendor_drops.dated,
    )


@pytest.fixture
def source():
    return SOURCE


@pytest.fixture
def converted(exports, ledger):
    """Convert rows that are written as one legacy CSV."""

    def rows(*given, **settings):
        write_csv(exports / "report-1.csv", list(given))
        return ledger(exports, **settings)

    return rows


@pytest.fixture
def real_exports(real_exports):
    return real_exports / "aws_cur"
