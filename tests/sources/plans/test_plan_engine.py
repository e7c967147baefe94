# ruff: noqa: DTZ001 - the ledger's times are UTC without a zone
"""focus-converter's packaged plans, compiled here, against its genuine engine.

The engine ships no sample data, so the rows are made here: seeded, with every line
item type, NULLs, negative amounts, leading zeros and both sides of a DST change.
"""

import datetime as dt
import io
import random
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml
from focus_converter.converter import BASE_CONVERSION_CONFIGS, FocusConverter

from pipelines.focus.schema import MONEY, ledger_types
from pipelines.landing.source import quoted
from pipelines.sources.plans import compile_plans, read_plans
from pipelines.sources.plans.compile import KINDS
from pipelines.sources.plans.language import RENAMED

ROWS = 250

# What the engine gets wrong on these rows; everything else must be equal.
KNOWN_FAULTS = {
    ("aws-cur", "SubAccountId"): "reads ids as numbers: '012' becomes 12",
    ("aws-cur", "BillingAccountId"): "the same, and the cast to text comes too late",
    ("oci", "BillingAccountId"): "reads ids as numbers: '0042' becomes 42",
}

AWS_COLUMNS = {
    "bill_bill_type": "bill/BillType",
    "bill_billing_period_end_date": "bill/BillingPeriodEndDate",
    "bill_billing_period_start_date": "bill/BillingPeriodStartDate",
    "bill_invoicing_entity": "bill/InvoicingEntity",
    "bill_payer_account_id": "bill/PayerAccountId",
    "line_item_availability_zone": "lineItem/AvailabilityZone",
    "line_item_currency_code": "lineItem/CurrencyCode",
    "line_item_legal_entity": "lineItem/LegalEntity",
    "line_item_line_item_description": "lineItem/LineItemDescription",
    "line_item_line_item_type": "lineItem/LineItemType",
    "line_item_product_code": "lineItem/ProductCode",
    "line_item_resource_id": "lineItem/ResourceId",
    "line_item_unblended_cost": "lineItem/UnblendedCost",
    "line_item_usage_account_id": "lineItem/UsageAccountId",
    "line_item_usage_amount": "lineItem/UsageAmount",
    "line_item_usage_end_date": "lineItem/UsageEndDate",
    "line_item_usage_start_date": "lineItem/UsageStartDate",
    "pricing_public_on_demand_cost": "pricing/publicOnDemandCost",
    "pricing_public_on_demand_rate": "pricing/publicOnDemandRate",
    "pricing_rate_code": "pricing/RateCode",
    "pricing_rate_id": "pricing/RateId",
    "pricing_unit": "pricing/unit",
    "product_purchase_option": "product/PurchaseOption",
    "product_region": "product/region",
    "product_region_code": "product/regionCode",
    "product_sku": "product/sku",
    "reservation_effective_cost": "reservation/EffectiveCost",
    "reservation_reservation_a_r_n": "reservation/ReservationARN",
    "reservation_total_reserved_units": "reservation/TotalReservedUnits",
    "reservation_unused_amortized_upfront_fee_for_billing_period": (
        "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod"
    ),
    "reservation_unused_recurring_fee": "reservation/UnusedRecurringFee",
    "savings_plan_savings_plan_arn": "savingsPlan/SavingsPlanARN",
    "savings_plan_savings_plan_effective_cost": "savingsPlan/SavingsPlanEffectiveCost",
    "savings_plan_total_commitment_to_date": "savingsPlan/TotalCommitmentToDate",
    "savings_plan_used_commitment": "savingsPlan/UsedCommitment",
}
LINE_ITEM_TYPES = [
    *("Tax", "Fee", "SavingsPlanUpfrontFee", "RIFee", "SavingsPlanRecurringFee"),
    *("Usage", "SavingsPlanCoveredUsage", "SavingsPlanNegation", "DiscountedUsage"),
    *("BundledDiscount", "Discount", "PrivateRateDiscount", "EdpDiscount", "Credit"),
    *("Refund", "SomethingNew"),
]


def maybe(rng, value):
    return value if rng.random() < 0.7 else None


def money(rng):
    return round(rng.uniform(-5, 500), 8)


def aws_row(rng, number):
    kind = LINE_ITEM_TYPES[number % len(LINE_ITEM_TYPES)]
    day = dt.datetime(2026, 8, 1) + dt.timedelta(hours=number)
    arn = "arn:aws:ec2:us-east-1:012345678901:instance:i-0aB main"
    return {
        "bill_bill_type": rng.choice(["Refund", "Purchase", "Anniversary", "Odd"]),
        "bill_billing_period_end_date": dt.datetime(2026, 9, 1),
        "bill_billing_period_start_date": dt.datetime(2026, 8, 1),
        "bill_invoicing_entity": "Amazon Web Services, Inc.",
        "bill_payer_account_id": "012345678901",
        "line_item_availability_zone": maybe(rng, "us-east-1a"),
        "line_item_currency_code": "USD",
        "line_item_legal_entity": "Amazon Web Services, Inc.",
        "line_item_line_item_description": f'{kind}, "{number}"',
        "line_item_line_item_type": kind,
        "line_item_product_code": rng.choice(["AmazonEC2", "AmazonS3", "Unheard"]),
        "line_item_resource_id": rng.choice([arn, "bucket", "a:b:c", None]),
        "line_item_unblended_cost": money(rng),
        "line_item_usage_account_id": "002345678901",
        "line_item_usage_amount": money(rng),
        "line_item_usage_end_date": day + dt.timedelta(hours=1),
        "line_item_usage_start_date": day,
        "pricing_public_on_demand_cost": money(rng),
        "pricing_public_on_demand_rate": maybe(rng, 0.0123456789),
        "pricing_rate_code": maybe(rng, "RC.1"),
        "pricing_rate_id": "R1",
        "pricing_unit": "Hrs",
        "product_purchase_option": rng.choice(["On-Demand", "Spot Instances", None]),
        "product_region": maybe(rng, "us-east-1"),
        "product_region_code": maybe(rng, "use1"),
        "product_sku": "SKU1",
        "reservation_effective_cost": money(rng),
        "reservation_reservation_a_r_n": maybe(rng, "arn:ri"),
        "reservation_total_reserved_units": maybe(rng, money(rng)),
        "reservation_unused_amortized_upfront_fee_for_billing_period": money(rng),
        "reservation_unused_recurring_fee": money(rng),
        "savings_plan_savings_plan_arn": maybe(rng, "arn:sp"),
        "savings_plan_savings_plan_effective_cost": money(rng),
        "savings_plan_total_commitment_to_date": money(rng),
        "savings_plan_used_commitment": money(rng),
    }


def azure_row(rng, number):
    benefit = rng.choice(
        [
            "/providers/Microsoft.Capacity/reservationOrders/1",
            "/providers/Microsoft.BillingBenefits/savingsPlanOrders/2",
            None,
        ]
    )
    return {
        "AvailabilityZone": maybe(rng, "1"),
        "BillingAccountId": "acct-7",
        "BillingAccountName": "Ore & Co",
        "BillingCurrencyCode": "EUR",
        "BillingPeriodEndDate": "08/31/2026",
        "BillingPeriodStartDate": "08/01/2026",
        "ChargeType": rng.choice(
            ["Usage", "Purchase", "Tax", "UnusedSavingsPlan", "x"]
        ),
        "ConsumedService": rng.choice(["microsoft.compute", "microsoft.sql", "other"]),
        "CostInBillingCurrency": money(rng),
        "Date": f"08/{number % 31 + 1:02}/2026",
        "Frequency": rng.choice(["OneTime", "Recurring", "UsageBased", "Daily"]),
        "PricingModel": rng.choice(["OnDemand", "Spot", "Reservation", "SavingsPlan"]),
        "ProductName": "VM",
        "PublisherName": "Microsoft",
        "Quantity": money(rng),
        "ResourceId": "/subscriptions/1/vm",
        "ResourceLocation": "EUNorth",
        "ResourceName": "vm",
        "SubscriptionId": "00aa-1",
        "SubscriptionName": "prod",
        "UnitOfMeasure": rng.choice(["1 Hour", "10 GB", "5 TB", "200000", "odd", None]),
        "benefitId": benefit,
        "benefitName": maybe(rng, "plan"),
    }


def oci_row(rng, number):
    start = dt.datetime(2026, 8, 1) + dt.timedelta(hours=number)
    return {
        "cost/currencyCode": "USD",
        "cost/myCost": money(rng),
        "cost/myCostOverage": money(rng),
        "cost/productSku": "B88298",
        "cost/skuUnitDescription": "OCPU Hours",
        "cost/subscriptionId": "0042",
        "lineItem/intervalUsageEnd": f"{start + dt.timedelta(hours=1):%Y-%m-%dT%H:%MZ}",
        "lineItem/intervalUsageStart": f"{start:%Y-%m-%dT%H:%MZ}",
        "lineItem/tenantId": "ocid1.tenancy.oc1..x",
        "product/Description": maybe(rng, "Block, volume"),
        "product/availabilityDomain": maybe(rng, "AD-1"),
        "product/region": "eu-frankfurt-1",
        "product/resourceId": "ocid1.volume",
        "product/service": "BLOCK_STORAGE",
        "usage/billedQuantity": money(rng),
    }


def gcp_row(rng, number):
    credit = [{"amount": -abs(money(rng))} for _ in range(number % 3)]
    day = dt.datetime(2026, 8, 1) + dt.timedelta(hours=number)
    return {
        "billing_account_id": "01AB-2",
        "cost": money(rng),
        "cost_at_list": money(rng),
        "cost_type": rng.choice(
            ["tax", "regular", "adjustment", "rounding_error", "?"]
        ),
        "credits": maybe(rng, credit),
        "currency": "USD",
        # October ends after the change to daylight time, March before it.
        "invoice": {"month": rng.choice(["202603", "202608", "202611"])},
        "location": {
            "location": "us-central1",
            "region": maybe(rng, "us-central1"),
            "zone": maybe(rng, "us-central1-a"),
        },
        "price": {"tier_start_amount": 0.5},
        "resource": {"name": maybe(rng, "vm"), "global_name": "//compute/vm"},
        "seller_name": maybe(rng, "Reseller"),
        "service": {"description": rng.choice(["Directions API", "Unheard"])},
        "sku": {"id": "A1-B2"},
        "usage": {
            "amount": money(rng),
            "unit": "seconds",
            "amount_in_pricing_units": money(rng),
            "pricing_unit": "hour",
        },
        "usage_end_time": day + dt.timedelta(hours=1),
        "usage_start_time": day,
    }


def aws_cur_row(rng, number):
    row = {AWS_COLUMNS[key]: value for key, value in aws_row(rng, number).items()}
    iso = "%Y-%m-%dT%H:%M:%SZ"
    return {
        key: value.strftime(iso) if isinstance(value, dt.datetime) else value
        for key, value in row.items()
    }


PROVIDERS = {
    "aws": (aws_row, "parquet"),
    "aws-cur": (aws_cur_row, "csv"),
    "azure": (azure_row, "csv"),
    "gcp": (gcp_row, "parquet"),
    "oci": (oci_row, "csv"),
}


def written(provider, folder):
    make, kind = PROVIDERS[provider]
    rng = random.Random(7)
    frame = pl.DataFrame([make(rng, number) for number in range(ROWS)])
    path = folder / f"{provider}.{kind}"
    (frame.write_parquet if kind == "parquet" else frame.write_csv)(path)
    return path


def by_engine(provider, path):
    converter = FocusConverter()
    converter.load_provider_conversion_configs()
    converter.prepare_horizontal_conversion_plan(provider)
    if path.suffix == ".csv":
        frame = pl.read_csv(path, try_parse_dates=False, ignore_errors=True)
    else:
        frame = pl.read_parquet(path)
    converted = converter.__process_lazy_frame__(lf=frame.lazy())
    return converted.select(set(converter.h_collected_columns)).collect()


def by_us(plans, path):
    if path.suffix == ".csv":
        rows = f"read_csv({quoted(path)}, all_varchar = true, header = true)"
        rows = f"select *, row_number() over () as row from {rows}"
    else:
        rows = f"read_parquet({quoted(path)}, file_row_number = true)"
        rows = f"select *, file_row_number as row from {rows}"
    with duckdb.connect() as db:
        described = db.execute(f"describe {rows}").fetchall()
        compiled = compile_plans(
            plans, rows, {each[0]: each[1] for each in described}, keep=["row"]
        )
        result = db.execute(f"select * from ({compiled.select}) order by row")
        names = [each[0] for each in result.description]
        values = list(zip(*result.fetchall(), strict=True))
    return dict(zip(names, values, strict=True)), compiled


def alike(value, kind):
    """Write the engine's value as the ledger's type says it."""
    if value is None:
        return None
    if kind == MONEY:
        return round(Decimal(str(value)), 8)
    if kind == "TIMESTAMP":
        if not isinstance(value, dt.datetime):
            return dt.datetime.combine(value, dt.time())
        return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    return str(value)


def packaged(provider):
    return read_plans(Path(BASE_CONVERSION_CONFIGS) / provider)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_packaged_plans_say_what_the_genuine_engine_says(provider, tmp_path):
    path = written(provider, tmp_path)

    engine = by_engine(provider, path)
    ours, compiled = by_us(packaged(provider), path)

    assert {RENAMED.get(name, name) for name in engine.columns} == {*compiled.columns}
    for column in engine.columns:
        name = RENAMED.get(column, column)
        kind = ledger_types().get(name, "VARCHAR")
        theirs = [alike(value, kind) for value in engine[column].to_list()]
        mine = [alike(value, kind) for value in ours[name]]
        is_fault = (provider, column) in KNOWN_FAULTS
        assert (theirs != mine) == is_fault, column


# Of each: the FOCUS column, then the plan's kind, column and arguments.
FURTHER = {
    "RegionId": ("string_functions", "text", {"steps": ["lower"]}),
    "SkuId": ("string_functions", "text", {"steps": ["upper", "title"]}),
    "SkuPriceId": (
        "string_functions",
        "text",
        {"steps": [{"operation_type": "split", "split_by": "/", "index": -1}]},
    ),
    "ServiceName": (
        "map_values",
        "text",
        {
            "value_list": [{"key": "a/B c", "value": "x"}],
            "default_value": "d",
            "apply_default_if_null": False,
        },
    ),
    **{
        column: (
            "unnest",
            "items.n",
            {"children_type": "list", "aggregation_operation": operation},
        )
        for column, operation in {
            "BilledCost": "first",
            "EffectiveCost": "last",
            "ListCost": "min",
            "ListUnitPrice": "max",
            "PricingQuantity": "mean",
        }.items()
    },
    "BillingPeriodStart": ("month_start", "ChargePeriodStart", None),
    "BillingPeriodEnd": ("month_end", "ChargePeriodStart", None),
    "ChargePeriodStart": ("convert_timezone", "time", "Asia/Tokyo"),
    "ChargePeriodEnd": ("assign_timezone", "ChargePeriodStart", "America/Chicago"),
    "ConsumedQuantity": (
        "sql_query",
        "NA",
        (
            "SELECT *, ROUND(ABS(n * 2 - 1.5), 2) / 4 AS ConsumedQuantity "
            "FROM {{ TABLE_NAME }}"
        ),
    ),
    "ResourceId": (
        "sql_condition",
        "NA",
        {
            "conditions": [
                "WHEN text IS NULL THEN 'none'",
                "WHEN n > 0 AND LOWER(text) LIKE '%b%' THEN UPPER(text)",
                "WHEN n IN (1, 2) OR n BETWEEN -9 AND -1 THEN SUBSTR(text, 1, 3)",
            ],
            "default_value": "COALESCE(other, text)",
        },
    ),
}


def further_row(rng):
    return {
        "text": rng.choice(["a/B c", "Zed", "ä/Öl", None]),
        "other": maybe(rng, "o"),
        "n": rng.choice([-3.25, 0.0, 1.0, 2.5, None]),
        "items": [
            {"n": round(rng.uniform(-9, 9), 4)} for _ in range(rng.choice((1, 3)))
        ],
        "time": dt.datetime(2026, rng.choice([3, 8, 10, 12]), 31, rng.randrange(24)),
    }


def test_the_rest_of_the_language_says_what_the_genuine_engine_says(
    tmp_path, monkeypatch
):
    folder = tmp_path / "further"
    folder.mkdir()
    for place, (focus, (kind, column, args)) in enumerate(FURTHER.items()):
        # What others read must be made before them.
        first = 0 if focus == "ChargePeriodStart" else place + 1
        (folder / f"{first:02}_S001.yaml").write_text(
            yaml.safe_dump(
                {
                    "plan_name": focus,
                    "column": column,
                    "conversion_type": kind,
                    "conversion_args": args,
                    "focus_column": focus,
                }
            )
        )
    rng = random.Random(7)
    path = tmp_path / "rows.parquet"
    pl.DataFrame([further_row(rng) for _ in range(ROWS)]).write_parquet(path)
    monkeypatch.setattr(
        "focus_converter.converter.BASE_CONVERSION_CONFIGS", str(tmp_path / "all")
    )
    (tmp_path / "all").mkdir()
    folder.rename(tmp_path / "all" / "further")

    engine = by_engine("further", path)
    ours, _ = by_us(read_plans(tmp_path / "all" / "further"), path)

    for column in FURTHER:
        kind = ledger_types()[column]
        theirs = [alike(value, kind) for value in engine[column].to_list()]
        assert theirs == [alike(value, kind) for value in ours[column]], column


def test_every_kind_of_the_language_is_compared_with_the_engine():
    packaged_kinds = {plan.conversion for p in PROVIDERS for plan in packaged(p)}

    assert packaged_kinds | {kind for kind, *_ in FURTHER.values()} == set(KINDS)


def test_money_that_begins_with_whole_numbers_is_lost_by_the_engine_not_here(tmp_path):
    path = written("oci", tmp_path)
    text = pl.read_csv(path, infer_schema_length=0)
    costs = ["1"] * (ROWS - 1) + ["0.1"]
    text.with_columns(pl.Series("cost/myCostOverage", costs)).write_csv(path)

    engine = by_engine("oci", path)
    ours, _ = by_us(packaged("oci"), path)

    assert engine["BilledCost"].to_list()[-1] is None
    assert ours["BilledCost"][-1] == Decimal("0.1")


def test_decimals_are_exact_where_the_engine_adds_floats(tmp_path):
    plans = tmp_path / "plans"
    plans.mkdir()
    (plans / "sum_S001.yaml").write_text(
        "plan_name: sum\ncolumn: NA\nconversion_type: sql_condition\n"
        "focus_column: BilledCost\n"
        "conversion_args: {conditions: [WHEN a is null THEN 0], default_value: a + b}"
    )
    (tmp_path / "x.csv").write_text("a,b\n0.1,0.2\n12345678901234567.89,0.01\n")

    ours, _ = by_us(read_plans(plans), tmp_path / "x.csv")

    assert pl.read_csv(io.StringIO("a,b\n0.1,0.2")).select(
        pl.col("a") + pl.col("b")
    ).item() != Decimal("0.3")
    assert ours["BilledCost"] == (Decimal("0.3"), Decimal("12345678901234567.90"))
