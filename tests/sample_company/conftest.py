"""Views over the raw sample files, made with SQL alone.

``aws`` has the current deliveries of both formats; ``costs``, ``completions`` and
``embeddings`` the newest pull of each OpenAI bucket; ``jobs`` one row per attempt and
node of Slurm. Nothing here uses the generator's sums.
"""

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import PROJECT_DIR

SAMPLES = PROJECT_DIR / "sample_exports"
LEGACY = SAMPLES / "aws/legacy/lumenloop-cur/20260801-20260901"
CUR2 = SAMPLES / "aws/cur2/lumenloop-cur2"

# What the columns of both AWS formats have in common, in the order of the view.
AWS_COLUMNS = {
    "invoice_id": ("bill/InvoiceId", "bill_invoice_id"),
    "issuer": ("bill/InvoicingEntity", "bill_invoicing_entity"),
    "kind": ("lineItem/LineItemType", "line_item_line_item_type"),
    "operation": ("lineItem/Operation", "line_item_operation"),
    "usage_type": ("lineItem/UsageType", "line_item_usage_type"),
    "resource": ("lineItem/ResourceId", "line_item_resource_id"),
    "description": ("lineItem/LineItemDescription", "line_item_line_item_description"),
    "instance_type": ("product/instanceType", "product_instance_type"),
    "identity": ("identity/LineItemId", "identity_line_item_id"),
    "plan": ("savingsPlan/SavingsPlanARN", "savings_plan_savings_plan_a_r_n"),
    "parent": (
        "splitLineItem/ParentResourceId",
        "split_line_item_parent_resource_id",
    ),
}
AWS_NUMBERS = {
    "cost": ("lineItem/UnblendedCost", "line_item_unblended_cost"),
    "quantity": ("lineItem/UsageAmount", "line_item_usage_amount"),
    "plan_effective": (
        "savingsPlan/SavingsPlanEffectiveCost",
        "savings_plan_savings_plan_effective_cost",
    ),
    "plan_upfront": (
        "savingsPlan/AmortizedUpfrontCommitmentForBillingPeriod",
        "savings_plan_amortized_upfront_commitment_for_billing_period",
    ),
    "plan_total": (
        "savingsPlan/TotalCommitmentToDate",
        "savings_plan_total_commitment_to_date",
    ),
    "plan_used": ("savingsPlan/UsedCommitment", "savings_plan_used_commitment"),
    "reserved_effective": (
        "reservation/EffectiveCost",
        "reservation_effective_cost",
    ),
    "reserved_upfront": (
        "reservation/AmortizedUpfrontFeeForBillingPeriod",
        "reservation_amortized_upfront_fee_for_billing_period",
    ),
    "reserved_unused": (
        "reservation/UnusedRecurringFee",
        "reservation_unused_recurring_fee",
    ),
    "reserved_unused_upfront": (
        "reservation/UnusedAmortizedUpfrontFeeForBillingPeriod",
        "reservation_unused_amortized_upfront_fee_for_billing_period",
    ),
    "split_cost": ("splitLineItem/SplitCost", "split_line_item_split_cost"),
    "split_unused": ("splitLineItem/UnusedCost", "split_line_item_unused_cost"),
}


def selected(position: int, node: str) -> str:
    texts = (f'"{names[position]}" as {name}' for name, names in AWS_COLUMNS.items())
    numbers = (
        f"coalesce(cast(nullif(cast(\"{names[position]}\" as varchar), '')"
        f" as decimal(38, 10)), 0) as {name}"
        for name, names in AWS_NUMBERS.items()
    )
    start = ("lineItem/UsageStartDate", "line_item_usage_start_date")[position]
    return ", ".join(
        [
            *texts,
            *numbers,
            f'cast("{start}" as timestamp) as started',
            f"{node} as node",
        ]
    )


def newest(period):
    return max((CUR2 / "data" / f"BILLING_PERIOD={period}").iterdir())


@pytest.fixture(scope="module")
def db():
    with duckdb.connect() as connection:
        manifest = json.loads((LEGACY / "lumenloop-cur-Manifest.json").read_text())
        files = [str(LEGACY / Path(*Path(k).parts[3:])) for k in manifest["reportKeys"]]
        connection.execute(
            f"""
            create view aws as
            select '2026-08' as period, {selected(0, '"resourceTags/user:slurm-node"')}
            from read_csv({files}, all_varchar = true)
            union all
            select
                strftime(bill_billing_period_start_date, '%Y-%m'),
                {selected(1, "resource_tags['user_slurm_node']")}
            from read_parquet({[str(newest(p) / "*") for p in ("2026-09", "2026-10")]})
            """
        )
        create_openai(connection)
        connection.execute(
            f"create view ferrum as select * from read_csv("
            f"'{SAMPLES}/ferrum/*.csv', all_varchar = true, filename = true)"
        )
        for name, file in (("invoices", "invoices/invoices"), ("planted", "PLANTED")):
            connection.execute(
                f"create view {name} as "
                f"select * from read_csv('{SAMPLES}/{file}.csv', all_varchar = true)"
            )
        create_azure(connection)
        create_gcp(connection)
        create_oci(connection)
        create_credits(connection)
        create_coding(connection)
        create_onprem(connection)
        create_databricks(connection)
        create_small_vendors(connection)
        create_slurm(connection)
        yield connection


def create_openai(connection):
    """Read the pages; the newest pull of a bucket counts."""
    bucket = "struct(start_time bigint, results struct({})[])[]"
    costs = bucket.format(
        "amount struct(value decimal(38, 12)), line_item varchar,"
        "project_id varchar, quantity decimal(38, 0)"
    )
    usage = bucket.format(
        "input_tokens bigint, input_cached_tokens bigint, output_tokens bigint,"
        "project_id varchar, model varchar, batch boolean"
    )
    for name, shape, pages in (
        ("costs", costs, "costs/*/*.json"),
        ("completions", usage, "usage/*/completions-*.json"),
        ("embeddings", usage, "usage/*/embeddings-*.json"),
    ):
        connection.execute(
            f"""
            create view {name} as
            with pulled as (
                select filename, unnest(data) as bucket
                from read_json('{SAMPLES}/openai/{pages}', filename = true,
                    columns = {{data: '{shape}'}})
            ), kept as (
                select bucket from pulled
                qualify rank() over (
                    partition by bucket.start_time
                    order by split_part(filename, '/', -2) desc
                ) = 1
            )
            select make_timestamp(bucket.start_time * 1000000) as day,
                strftime(day, '%Y-%m') as period,
                unnest(bucket.results, recursive := true)
            from kept
            """
        )


def create_azure(connection):
    """Read the books of the newest run of each month, and the FOCUS export."""
    for name, book in (("azure", "actual"), ("azure_amortized", "amortized")):
        months = sorted((SAMPLES / "azure" / f"lumenloop-{book}").iterdir())
        files = [str(max(month.iterdir()) / "*/*.csv.gz") for month in months]
        connection.execute(
            f"""
            create view {name} as
            select
                strftime(strptime("Date", '%m/%d/%Y'), '%Y-%m') as period,
                cast(CostInBillingCurrency as decimal(38, 10)) as cost,
                ChargeType as kind, PricingModel as model
            from read_csv({files}, all_varchar = true)
            """
        )
    connection.execute(
        f"""
        create view azure_focus as
        select
            BillingPeriodStart[:7] as period, InvoiceId as invoice_id,
            cast(BilledCost as decimal(38, 10)) as cost
        from read_csv(
            '{SAMPLES}/azure/lumenloop-focus/*/*/*/*.csv.gz', all_varchar = true
        )
        """
    )


def create_small_vendors(connection):
    """Read Anthropic's cents as dollars, and Driftbase's FOCUS files."""
    shape = (
        "struct(starting_at varchar, results struct(amount varchar, "
        "token_type varchar)[])[]"
    )
    connection.execute(
        f"""
        create view anthropic as
        with buckets as (
            select unnest(data) as bucket
            from read_json('{SAMPLES}/anthropic/cost_report/*/*.json',
                columns = {{data: '{shape}'}})
        ), results as (
            select bucket.starting_at[:7] as period, unnest(bucket.results) as result
            from buckets
        )
        select period, cast(result.amount as decimal(38, 8)) * 0.01 as cost
        from results
        """
    )
    connection.execute(
        f"""
        create view driftbase as
        select BillingPeriodStart[:7] as period, InvoiceId as invoice_id,
            cast(BilledCost as decimal(38, 10)) as cost
        from read_csv('{SAMPLES}/driftbase/*.csv', all_varchar = true)
        """
    )


def create_gcp(connection):
    """Read every file of the billing export; no row replaces another."""
    connection.execute(
        f"""
        create view gcp as
        select
            invoice.month[:4] || '-' || invoice.month[5:] as period,
            cast(cost as decimal(38, 10)) + coalesce(
                list_sum([cast(c.amount as decimal(38, 10)) for c in credits]), 0
            ) as cost
        from read_json('{SAMPLES}/gcp/*.json.gz', columns = {{
            invoice: 'struct(month varchar)',
            cost: 'varchar',
            credits: 'struct(amount varchar)[]'
        }})
        """
    )


def create_oci(connection):
    """Read the reports; of a reference number the newest file's row counts."""
    connection.execute(
        f"""
        create view oci as
        select
            "lineItem/intervalUsageStart"[:7] as period,
            cast("cost/myCost" as decimal(38, 10)) as cost
        from read_csv('{SAMPLES}/oci/reports/cost-csv/*.csv.gz',
            all_varchar = true, filename = true)
        qualify row_number() over (
            partition by "lineItem/referenceNo" order by filename desc
        ) = 1
        """
    )


def create_credits(connection):
    """Read what was paid for credits."""
    connection.execute(
        f"""
        create view credits as
        select
            purchased_on[:7] as period, invoice_id,
            cast(amount as decimal(38, 10)) + cast(fee as decimal(38, 10)) as cost
        from read_csv('{SAMPLES}/prepaid/*.csv', all_varchar = true)
        """
    )


def create_coding(connection):
    """Read what GitHub's detailed reports, Cursor's events and seats cost.

    Of Cursor the API has all of October, and the CSV the months before.
    """
    connection.execute(
        f"""
        create view coding as
        select 'github' as source, "date"[:7] as period, 'GitHub' as issuer,
            cast(net_amount as decimal(38, 10)) as cost
        from read_csv('{SAMPLES}/github/detailed*.csv', all_varchar = true)
        union all
        select 'cursor', "Date"[:7], 'Cursor', cast("Cost" as decimal(38, 10))
        from read_csv('{SAMPLES}/cursor/*.csv', all_varchar = true)
        where "Kind" = 'On-Demand'
        union all
        select 'cursor', '2026-10', 'Cursor',
            cast(event ->> 'chargedCents' as decimal(38, 8)) * 0.01
        from (
            select unnest(usageEvents) as event
            from read_json('{SAMPLES}/cursor/*/*.json',
                columns = {{usageEvents: 'json[]'}})
        )
        where
            cast(event ->> 'isChargeable' as boolean)
            and cast(event ->> 'timestamp' as bigint)
                >= epoch_ms(timestamp '2026-10-01')
        union all
        select coalesce(ledger_source, 'seats'), month,
            coalesce(vendor_name, tool_name), cast(seat_price as decimal(38, 10))
        from read_csv('{SAMPLES}/coding_seats/*.csv', all_varchar = true)
        where seat_price is not null
        """
    )


def create_onprem(connection):
    """Read what was paid for machines, for their power and for running them."""
    connection.execute(
        f"""
        create view onprem as
        with
            machines as (from read_csv('{SAMPLES}/onprem/machines.csv')),
            power as (from read_csv('{SAMPLES}/onprem/power.csv', types = {{
                'pue': 'decimal(6, 2)', 'tariff_per_kwh': 'decimal(6, 4)',
                'kwh': 'decimal(8, 1)', 'watts': 'decimal(6, 1)'}})),
            running as (from read_csv('{SAMPLES}/onprem/running_costs.csv',
                types = {{'amount': 'decimal(10, 2)', 'quantity': 'decimal(10, 2)',
                'unit_price': 'decimal(10, 2)'}}))
        select strftime(purchased_on, '%Y-%m') as period,
            coalesce(count, 1) * cast(purchase_price as decimal(10, 2)) as cost
        from machines
        union all
        select month,
            coalesce(kwh, watts * hours * coalesce(count, 1) * 0.001)
                * coalesce(pue, 1) * tariff_per_kwh
        from power
        left join machines using (machine_id)
        union all
        select month, coalesce(amount, quantity * unit_price) from running
        """
    )


def create_databricks(connection):
    """Read what usage costs; retractions are negative."""
    connection.execute(
        f"""
        create view databricks as
        select
            usage_start_time[:7] as period,
            cast(usage_quantity as decimal(18, 4))
                * cast(effective_price as decimal(18, 6)) as cost
        from read_csv('{SAMPLES}/databricks/*.csv', all_varchar = true)
        """
    )


def create_slurm(connection):
    """Read the jobs; a job that still ran in one dump has ended in the next."""
    connection.execute(
        f"""
        create view jobs as
        with records as (
            select * from read_csv('{SAMPLES}/slurm/*.txt', delim = '|',
                all_varchar = true, filename = true)
            where not contains(JobID, '.')
            qualify row_number() over (
                partition by JobID, "Start" order by filename desc
            ) = 1
        )
        select
            JobID as job, State as state, cast("Start" as timestamp) as began,
            coalesce(try_cast("End" as timestamp), timestamp '2026-11-01') as ended,
            unnest(case NodeList
                when 'gpu-p4d-[1-2]' then ['gpu-p4d-1', 'gpu-p4d-2']
                when 'gpu-g5-[1-2]' then ['gpu-g5-1', 'gpu-g5-2']
                when 'frm-h100-[01-02]' then ['frm-h100-01', 'frm-h100-02']
                else [NodeList]
            end) as node
        from records
        """
    )
