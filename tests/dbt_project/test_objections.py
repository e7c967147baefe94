"""What a failing row of a dbt test says of itself, in tables that are made by hand."""

import json

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.publishing.failing_rows import failing_rows, sentence
from pipelines.settings import DBT_DIR, Settings
from pipelines.transform.graph import Graph
from pipelines.transform.making import ask

# As much of the models as the tests below look at. Invoice less what is unexplained
# is what the billing rows say: 15,791.07 - 200.00 = 15,591.07.
TABLES = """
create schema marts;
create schema staging;
create schema intermediate;
create table marts.fct_reconciliation_monthly as
select
    *, timestamp '2026-10-01' as billing_period_start, 'USD' as billing_currency,
    0::decimal(38, 12) as credit_difference, 'blocked' as verdict
from (
    values
    (
        'openai', 'invoice and billing rows differ for no known cause',
        15791.07, 14290.00, 14290.00, 14290.00, 1301.07, 199.99855943, 14290.00, 0.0
    ),
    (
        'anthropic', 'bill and telemetry differ for no known cause',
        null, 300.00, 300.00, 300.00, 0, 0, 290.00, 12.345
    ),
    (
        'ferrum', 'an invoice without billing rows',
        1200.00, 0, 0, 0, 0, 100.00, null, 0.0
    ),
    (
        'aws', 'the ledger does not sum to the export',
        null, 1000.00, 990.50, 990.50, 0, 0, null, 0.0
    ),
    (
        'gcp', 'the marts do not sum to the billing rows',
        null, 70.25, 70.25, 70.00, 0, 0, null, 0.0
    )
) as t(
    source_name, blocking_reason, invoice_amount, source_cost, ledger_billed_cost,
    marts_billed_cost, tax_difference, unexplained_difference, token_billed_cost,
    metered_unexplained_difference
);
create table marts.fct_mart_sums as
select
    'fct_token_costs_daily' as mart_name, 'effective_cost' as cost_column,
    'openai' as source_name, 'USD' as billing_currency,
    timestamp '2026-10-01' as billing_period_start, 100.00 as ledger_cost,
    30.00 as excluded_cost, 'not tokens' as exclusion_reason, 69.999999 as mart_cost,
    0.000001 as difference;
create table intermediate.int_token_charges as
select
    'openai' as source_name, 'USD' as billing_currency,
    timestamp '2026-10-01' as billing_period_start, 70.00 as effective_cost;
create table marts.fct_token_costs_daily as
select * replace (72.50 as effective_cost) from intermediate.int_token_charges;
create table staging.stg_usage__model_usage as
select
    'openai_usage' as source_name, -5 as output_tokens, 'd1' as delivery_id,
    148 as source_row_number;
create table staging.stg_ledger__charges as
select 'aws' as source_name, null::varchar as billing_account_id, 7 as
    source_row_number, 'd0' as delivery_id, 1.5 as billed_cost;
create table staging.stg_meta__build as select 1 as build_id union all select 2;
create table marts.fct_margins_monthly as
select
    'search' as project_name, timestamp '2026-10-01' as billing_period_start,
    null::decimal(38, 12) as reporting_margin, 800.00 as reporting_revenue,
    1.00 as margin_ratio, true as has_revenue, true as has_cost;
"""
TESTS = (
    "every_month_is_explained",
    "every_mart_sums_to_the_ledger",
    "fct_token_costs_daily_effective_cost_sums_to_int_token_charges",
    "not_negative_stg_usage__model_usage_output_tokens",
    "not_null_stg_ledger__charges_billing_account_id",
    "has_one_row_stg_meta__build_",
    "fct_margins_monthly_counts_and_ratios_hold",
)
SAID = {
    "every_mart_sums_to_the_ledger": (
        "openai 2026-10: fct_token_costs_daily.effective_cost is 70.00 USD, the ledger "
        "70.00 without what the mart excludes (not tokens); 0.000001 is lost on the "
        "way, so correct the model"
    ),
    "fct_token_costs_daily_effective_cost_sums_to_int_token_charges": (
        "openai 2026-10: effective_cost of fct_token_costs_daily is 72.50, of "
        "int_token_charges 70.00, billing_currency USD; 2.50 is added on the way, so "
        "correct the model"
    ),
    "not_negative_stg_usage__model_usage_output_tokens": (
        "openai_usage, row 148 of openai/usage/page-002.json and 1 more file: "
        "output_tokens is -5, below zero; get the export again, or correct the row"
    ),
    "not_null_stg_ledger__charges_billing_account_id": (
        "aws, row 7 of delivery d0: billing_account_id is empty; get the export again, "
        "or correct the row"
    ),
    "has_one_row_stg_meta__build_": (
        "stg_meta__build has 2 rows where one is expected; build again"
    ),
    "fct_margins_monthly_counts_and_ratios_hold": (
        "2026-10: margin_ratio of fct_margins_monthly is 1.00, and "
        "its numerator by its denominator is unknown; correct the model"
    ),
}
MONTHS = {
    "openai": (
        "the invoice says 15,791.07 USD, the billing rows 15,591.07 USD incl. tax; "
        "200.00 USD is unexplained (a late or missing export, a wrong invoice row, or "
        "a credit); correct invoices.csv or deliver the newest export"
    ),
    "anthropic": (
        "the bill says 290.00 USD for tokens, the telemetry with all known causes "
        "277.65 USD; 12.35 USD is unexplained (usage that is not metered, or metered "
        "and not billed); deliver the newest usage export"
    ),
    "ferrum": (
        "the invoice says 1,200.00 USD, and no export has rows of this month; deliver "
        "the export, or take the invoice out until it is there"
    ),
    "aws": (
        "the export puts 1,000.00 USD on the invoice, its billing rows sum to 990.50; "
        "the conversion of this source loses or repeats rows, so correct it"
    ),
    "gcp": (
        "the billing rows sum to 70.25 USD, fct_charges_daily to 70.00; a model loses "
        "or repeats rows, so correct it"
    ),
}


@pytest.fixture(scope="module")
def tested(new_home, tmp_path_factory):
    """Ask the dbt tests of the tables, as a build does; they all fail."""
    folder = tmp_path_factory.mktemp("objections")
    settings = Settings(exports=folder, home=new_home(folder / "home"))
    arrived(settings)
    settings.build_dir.mkdir()
    manifest = json.loads((settings.home_dir / "dbt/target/manifest.json").read_text())
    asked = {
        node.name: node
        for node in Graph.of_manifest(manifest).nodes.values()
        if node.name in TESTS
    }
    with duckdb.connect(str(settings.build_database)) as db:
        db.execute(TABLES)
        db.execute("create schema audit")
        ended = {name: ask(db, node)[0] for name, node in asked.items()}
    assert ended == dict.fromkeys(TESTS, "fail")
    return settings


def rows_of(settings, test):
    with duckdb.connect(str(settings.build_database), read_only=True) as db:
        return failing_rows(db, test)


def arrived(settings):
    """Record a delivery of two files."""
    names = ["openai/usage/page-002.json", "openai/usage/page-003.json"]
    settings.deliveries_file.parent.mkdir()
    pq.write_table(
        pa.table({"delivery_id": ["d1"], "file_names": [names]}),
        settings.deliveries_file,
    )


@pytest.mark.parametrize("test", SAID)
def test_a_failing_row_says_where_it_is_what_is_wrong_and_what_to_do(tested, test):
    rows = rows_of(tested, test)

    assert sentence(tested, rows, "stg_x") == SAID[test]


@pytest.mark.parametrize("source", MONTHS)
def test_a_blocked_month_says_its_amounts_and_they_add_up(tested, source):
    rows = rows_of(tested, "every_month_is_explained")
    said = [dict(zip(rows.names, row, strict=True)) for row in rows.values]

    [objection] = [row["objection"] for row in said if row["source_name"] == source]
    assert objection == MONTHS[source]


def test_the_month_with_the_largest_difference_is_told_and_the_others_are_counted(
    tested,
):
    rows = rows_of(tested, "every_month_is_explained")

    told = sentence(tested, rows, "marts/fct_reconciliation_monthly")

    assert told == f"openai 2026-10: {MONTHS['openai']}; and 4 more rows"


def test_every_kind_of_test_says_what_is_wrong_with_a_row(new_home, tmp_path):
    manifest = json.loads(
        (new_home(tmp_path / "home") / "dbt/target/manifest.json").read_text()
    )
    kinds = {
        node["test_metadata"]["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
    }
    silent = {
        kind
        for kind in kinds
        if " as objection" not in (DBT_DIR / f"tests/generic/{kind}.sql").read_text()
    }

    assert {"sums_match", "not_null"} <= kinds
    assert silent == set()


def test_a_test_that_could_not_run_left_no_rows(tested):
    assert rows_of(tested, "no_such_test") is None
