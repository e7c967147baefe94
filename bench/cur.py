"""Benchmark data: a CUR 2.0 export of any number of rows, made inside DuckDB.

Belongs here: speed and a realistic mix. It tells no story; the sample exports do.
The same number of rows gives the same rows, and pairs of covered usage and negation
cancel to zero.
"""

from pathlib import Path
from typing import Literal

import duckdb

from sample_company.aws.columns import Column, columns

Format = Literal["parquet", "csv.gz"]

# Rows 0 to 2 of every 50 are an hour of a savings plan: usage, negation, fee. The
# first two share their random numbers, so they cancel.
_SEEDED = """
select
    i,
    cast(hash(if(i % 50 = 1, i - 1, i)) // 2 as bigint) as h,
    case
        when i % 5000 = 4990 then 'Tax'
        when i % 5000 = 4991 then 'Credit'
        when i % 5000 = 4992 then 'RIFee'
        when i % 5000 = 4993 then 'Fee'
        when i % 5000 = 4994 then 'Refund'
        when i % 5000 = 4995 then 'EdpDiscount'
        when i % 50 = 0 then 'SavingsPlanCoveredUsage'
        when i % 50 = 1 then 'SavingsPlanNegation'
        when i % 50 = 2 then 'SavingsPlanRecurringFee'
        when i % 50 between 3 and 6 then 'DiscountedUsage'
        else 'Usage'
    end as kind
from range($rows) as numbers (i)
"""

# What is sold: rows in a hundred, product code, usage type, operation, instance type,
# price, pricing unit. Commitments cover the first one.
_SONNET = "4kq7zt2mwexample9sonnet45"
_METERS = (
    (
        12,
        "AmazonEC2",
        "BoxUsage:p4d.24xlarge",
        "RunInstances",
        "p4d.24xlarge",
        "21.957642",
        "Hrs",
    ),
    (
        22,
        "AmazonEC2",
        "BoxUsage:m5.2xlarge",
        "RunInstances",
        "m5.2xlarge",
        "0.384",
        "Hrs",
    ),
    (
        10,
        "AmazonEC2",
        "SpotUsage:g5.12xlarge",
        "RunInstances:SV004",
        "",
        "2.2731",
        "Hrs",
    ),
    (26, "AmazonS3", "TimedStorage-ByteHrs", "StandardStorage", "", "0.023", "GB-Mo"),
    (
        10,
        "AmazonBedrock",
        "USE1-NovaLite-input-tokens",
        "InvokeModelInference",
        "",
        "0.00006",
        "1K tokens",
    ),
    (6, _SONNET, "USE1-MP:USE1_InputTokenCount-Units", "Usage", "", "3.3", "Units"),
    (4, _SONNET, "USE1-MP:USE1_OutputTokenCount-Units", "Usage", "", "16.5", "Units"),
    (
        6,
        "AmazonSageMaker",
        "USE1-Host:ml.g5.xlarge",
        "RunInstance",
        "ml.g5.xlarge",
        "1.408",
        "Hrs",
    ),
    (4, "AWSDataTransfer", "DataTransfer-Out-Bytes", "RunInstances", "", "0.09", "GB"),
)
_PICKS = (
    "[" + ", ".join(str(n) for n, m in enumerate(_METERS, 1) for _ in range(m[0])) + "]"
)


def _sold(field: int) -> str:
    """Give one fact of the meter that a row picked, as SQL."""
    kind = "decimal(18, 10)" if field == 5 else "varchar"
    values = ", ".join(f"'{meter[field]}'" for meter in _METERS)
    return f"cast([{values}] as {kind}[])[pick]"


_PICKED = f"""
select *, if(kind in ('Usage', 'Tax', 'Credit'), {_PICKS}[1 + h // 7 % 100], 1) as pick
from seeded
"""
_PRICED = f"""
select
    i,
    h,
    kind,
    {_sold(1)} as code,
    {_sold(2)} as usage_type,
    {_sold(3)} as operation,
    {_sold(4)} as instance_type,
    {_sold(5)} as rate,
    {_sold(6)} as unit,
    code = '{_SONNET}' as is_marketplace,
    timestamp '2026-10-01' + to_hours(h // 97 % 744) as started,
    cast(if(kind = 'Usage', 1 + h % 90000, 1000) as decimal(18, 6)) / 1000 as quantity
from picked
"""

_COST = """
case kind
    when 'SavingsPlanNegation' then -rate
    when 'DiscountedUsage' then 0
    when 'SavingsPlanRecurringFee' then 0.72 * rate
    when 'Tax' then 17.31
    when 'Credit' then -5.00
    when 'Refund' then -1.08
    when 'EdpDiscount' then -3.25
    when 'RIFee' then 93.00
    when 'Fee' then 100.00
    else round(cast(quantity * rate as decimal(28, 10)), 10)
end
"""
# A fee is of one piece of what it buys, so its rate is its amount.
_RATE = f"if(kind in ('SavingsPlanRecurringFee', 'RIFee', 'Fee'), {_COST}, rate)"
_PLAN = "kind like 'SavingsPlan%'"
_RESERVED = "kind in ('DiscountedUsage', 'RIFee')"
_SELLER = "if(is_marketplace, 'AWS Marketplace', '{own}')"
_TEAMS = "['training', 'search', 'marketing', 'platform'][1 + h // 11 % 4]"

# Every other column is empty: '', 0, no time, no entries.
_FILLED = {
    "bill_bill_type": "'Anniversary'",
    "bill_billing_entity": _SELLER.format(own="AWS"),
    "bill_billing_period_end_date": "timestamp '2026-11-01'",
    "bill_billing_period_start_date": "timestamp '2026-10-01'",
    "bill_invoice_id": "if(is_marketplace, '2156120971', '2156120968')",
    "bill_invoicing_entity": _SELLER.format(own="Amazon Web Services, Inc."),
    "bill_payer_account_id": "'000123456789'",
    "bill_payer_account_name": "'lumenloop'",
    "identity_line_item_id": "md5(cast(i as varchar)) || md5(cast(h as varchar))[:20]",
    "identity_time_interval": "strftime(started, '%Y-%m-%dT%H:%M:%SZ/')"
    " || strftime(started + interval 1 hour, '%Y-%m-%dT%H:%M:%SZ')",
    "line_item_blended_cost": _COST,
    "line_item_currency_code": "'USD'",
    "line_item_legal_entity": "if(is_marketplace, 'Anthropic, PBC',"
    " 'Amazon Web Services, Inc.')",
    "line_item_line_item_description": "'$' || rate || ' per ' || unit",
    "line_item_line_item_type": "kind",
    "line_item_net_unblended_cost": _COST,
    "line_item_operation": "operation",
    "line_item_product_code": "code",
    "line_item_resource_id": "'i-0' || lpad(hex(h // 13 % 5000), 16, '0')",
    "line_item_unblended_cost": _COST,
    "line_item_unblended_rate": f"cast({_RATE} as varchar)",
    "line_item_usage_account_id": "(210000000001 + h // 17 % 40)::varchar",
    "line_item_usage_account_name": "'account-' || h // 17 % 40",
    "line_item_usage_amount": "quantity",
    "line_item_usage_end_date": "started + interval 1 hour",
    "line_item_usage_start_date": "started",
    "line_item_usage_type": "usage_type",
    "pricing_currency": "'USD'",
    "pricing_public_on_demand_cost": "if(kind = 'SavingsPlanNegation', 0,"
    " quantity * rate)",
    "pricing_public_on_demand_rate": "cast(rate as varchar)",
    "pricing_term": "if(kind = 'DiscountedUsage', 'Reserved', 'OnDemand')",
    "pricing_unit": "unit",
    "product": "map {'product_name': code, 'region': 'us-east-1'}",
    "product_instance_type": "instance_type",
    "product_region_code": "'us-east-1'",
    "product_servicecode": "code",
    "product_sku": "upper(md5(usage_type)[:16])",
    "product_usagetype": "usage_type",
    "reservation_effective_cost": "if(kind = 'DiscountedUsage', 0.225, 0)",
    "reservation_reservation_a_r_n": f"if({_RESERVED}, 'arn:aws:ec2:us-east-1:"
    "210000000002:reserved-instances/' || h // 19 % 20, '')",
    "resource_tags": f"if(h // 23 % 10 < 7, map {{'user_team': {_TEAMS},"
    " 'user_environment': 'production'}, map {})",
    "savings_plan_savings_plan_a_r_n": f"if({_PLAN}, 'arn:aws:savingsplans::"
    "000123456789:savingsplan/' || h // 29 % 5, '')",
    "savings_plan_savings_plan_effective_cost": "if(kind = 'SavingsPlanCoveredUsage',"
    " 0.72 * rate, 0)",
    "savings_plan_total_commitment_to_date": "if(kind = 'SavingsPlanRecurringFee',"
    " cast(0.72 * rate as varchar), '')",
    "savings_plan_used_commitment": "if(kind = 'SavingsPlanRecurringFee',"
    " cast(0.72 * rate as varchar), '')",
}
_EMPTY = {
    "string": "''",
    "double": "0",
    "bigint": "0",
    "timestamp": "null",
    "map": "map {}",
}
_TYPES = {
    "string": "varchar",
    "double": "double",
    "bigint": "bigint",
    "timestamp": "timestamp_ms",
    "map": "map(varchar, varchar)",
}
_OPTIONS = {
    "parquet": "format parquet, compression snappy",
    "csv.gz": "format csv, header, compression gzip",
}


def _expression(column: Column, fmt: Format) -> str:
    value = _FILLED.get(column.name, _EMPTY[column.kind])
    typed = f"cast({value} as {_TYPES[column.kind]})"
    if fmt == "csv.gz" and column.kind == "map":
        typed = f"cast(to_json({typed}) as varchar)"
    if fmt == "csv.gz" and column.kind == "timestamp":
        typed = f"strftime({typed}, '%Y-%m-%dT%H:%M:%S.000Z')"
    return f"{typed} as {column.name}"


def write_cur(path: Path, rows: int, fmt: Format = "parquet") -> None:
    """Write a CUR 2.0 file of any number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    selected = ",\n".join(_expression(column, fmt) for column in columns())
    with duckdb.connect(config={"threads": 2}) as db:
        db.execute("set preserve_insertion_order = true")
        db.execute(
            f"""
            copy (
                with
                seeded as ({_SEEDED}),
                picked as ({_PICKED}),
                priced as ({_PRICED})
                select {selected} from priced
            ) to '{path}' ({_OPTIONS[fmt]})
            """,
            {"rows": rows},
        )
