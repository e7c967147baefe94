"""CUR 2.0: Parquet with maps, one folder per billing period and execution.

Belongs here: the format. Which lines a month has is decided elsewhere.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from sample_company.aws.charges import EDP_SHARE, edp_discount, is_discounted
from sample_company.aws.columns import Column, columns
from sample_company.aws.line import Line, Value, number
from sample_company.aws.rows import Delivery, delivered
from sample_company.files import write_json
from sample_company.seeded import money, plain

EXPORT = "lumenloop-cur2"
BUCKET = "s3://lumenloop-billing/cur2"
_TYPES = {
    "string": pa.string(),
    "double": pa.float64(),
    "bigint": pa.int64(),
    "timestamp": pa.timestamp("ms"),
    "map": pa.map_(pa.string(), pa.string()),
}
_NET = {
    "line_item_net_unblended_cost": "line_item_unblended_cost",
    "reservation_net_amortized_upfront_cost_for_usage": "reservation_amortized_upfront_cost_for_usage",  # noqa: E501
    "reservation_net_amortized_upfront_fee_for_billing_period": "reservation_amortized_upfront_fee_for_billing_period",  # noqa: E501
    "reservation_net_effective_cost": "reservation_effective_cost",
    "reservation_net_recurring_fee_for_usage": "reservation_recurring_fee_for_usage",
    "reservation_net_unused_amortized_upfront_fee_for_billing_period": "reservation_unused_amortized_upfront_fee_for_billing_period",  # noqa: E501
    "reservation_net_unused_recurring_fee": "reservation_unused_recurring_fee",
    "savings_plan_net_amortized_upfront_commitment_for_billing_period": "savings_plan_amortized_upfront_commitment_for_billing_period",  # noqa: E501
    "savings_plan_net_recurring_commitment_for_billing_period": "savings_plan_recurring_commitment_for_billing_period",  # noqa: E501
    "savings_plan_net_savings_plan_effective_cost": "savings_plan_savings_plan_effective_cost",  # noqa: E501
}


def map_key(name: str) -> str:
    """Write a tag's name as the map does: lower case, underscores."""
    return name.lower().replace(":", "_").replace("-", "_")


def _with_net(made: Line) -> Line:
    """Add the columns after discount; the discount's own line is 0 there."""
    if made["line_item_line_item_type"] == "EdpDiscount":
        return made | {"line_item_net_unblended_cost": Decimal(0)}
    discount = edp_discount(made)
    kept = 1 - EDP_SHARE if is_discounted(made) else Decimal(1)
    net: Line = {
        name: money(number(made, gross) * kept) for name, gross in _NET.items()
    }
    net["line_item_net_unblended_cost"] = number(made) - discount
    if discount:
        net["discount"] = {"edp_discount": plain(-discount)}
        net["discount_total_discount"] = -discount
    return made | net


def _cell(column: Column, value: Value | None) -> object:
    if column.kind == "map":
        pairs = value if isinstance(value, Mapping) else {}
        return sorted((map_key(name), text) for name, text in pairs.items())
    if column.kind == "timestamp":
        return value.replace(tzinfo=None) if isinstance(value, datetime) else None
    if isinstance(value, Decimal):
        if column.kind == "string":
            return f"{value:.10f}"
        return int(value) if column.kind == "bigint" else float(value)
    if column.kind == "string":
        return value or ""
    # Split columns are empty where nothing is split; other numbers are 0.
    return None if column.name.startswith("split_") else 0


def write_cur2(out: Path, delivery: Delivery, lines: Sequence[Line]) -> None:
    """Write one execution: its Parquet file and its manifest."""
    period = f"BILLING_PERIOD={delivery.month.period}"
    rows = [_with_net(made) for made in delivered(delivery, lines)]
    table = pa.table(
        {
            column.name: pa.array(
                [_cell(column, row.get(column.name)) for row in rows],
                type=_TYPES[column.kind],
            )
            for column in columns()
        }
    )
    name = f"{EXPORT}-00001.snappy.parquet"
    data = out / EXPORT / "data" / period / delivery.batch
    data.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, data / name, compression="snappy")
    write_json(
        out / EXPORT / "metadata" / period / delivery.batch / f"{EXPORT}-Manifest.json",
        {
            "executionId": delivery.batch,
            "columns": [{"name": c.name, "type": c.kind} for c in columns()],
            "dataFiles": [
                f"{BUCKET}/{EXPORT}/data/{period}/{delivery.batch}/{name}",
            ],
        },
        indent=1,
    )
