"""The gate on the whole pipeline: broken exports are refused, mended ones published."""

import csv
import json
import re
from decimal import Decimal

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.defs import build_definitions
from pipelines.defs.publish import VERSION
from pipelines.publishing.versions import current, versions

pytestmark = pytest.mark.slow

OPENAI_PULL = "20261104T020000Z"


def broken_usage(exports):
    """Let one result of the newest usage pull count tokens below zero."""
    path = exports / "openai" / "usage" / OPENAI_PULL / "completions-002.json"
    page = json.loads(path.read_text())
    page["data"][0]["results"][0]["output_tokens"] = -5
    path.write_text(json.dumps(page))


def broken_currency(exports):
    """Let one charge of the newest costs pull be in euro."""
    path = exports / "openai" / "costs" / OPENAI_PULL / "page-002.json"
    text = path.read_text()
    path.write_text(text.replace('"currency":"usd"', '"currency":"eur"', 1))


def broken_account(exports):
    """Let one line of the newest AWS report have no payer."""
    path = max(exports.glob("aws/cur2/*/data/BILLING_PERIOD=2026-10/*/*.parquet"))
    table = pq.read_table(path)
    place = table.column_names.index("bill_payer_account_id")
    payers = [None, *table.column(place).to_pylist()[1:]]
    column = pa.array(payers, table.schema.field(place).type)
    pq.write_table(table.set_column(place, "bill_payer_account_id", column), path)


def broken_invoice(exports):
    """Let OpenAI's last invoice ask for 3 % too much."""
    path = exports / "invoices" / "invoices.csv"
    with path.open() as file:
        rows = list(csv.DictReader(file))
    [wrong] = [r for r in rows if r["invoice_id"] == "A91C04E7-0019"]
    wrong["invoice_amount"] = str(Decimal(wrong["invoice_amount"]) * Decimal("1.03"))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


# How each is broken, the check or step that says so, and how the row is named.
BROKEN = {
    "a negative token count": (
        broken_usage,
        "check failed: staging/stg_usage__model_usage: .*output_tokens",
        r"openai_usage, .*sub_account_id proj_search, .*output_tokens -5,",
    ),
    "a charge in another currency": (
        broken_currency,
        "check failed: staging/stg_ledger__charges: .*one_currency_per_bill",
        "openai, .*row_number 148, .*_currency EUR, usual_.* USD, .* 10.34141875",
    ),
    "a missing payer account": (
        broken_account,
        "focus/aws: aws 2026-10: aws/cur2/",
        "row 1 of the delivery: bill_payer_account_id is empty",
    ),
    "an invoice 3 % too high": (
        broken_invoice,
        "check failed: marts/fct_reconciliation_monthly: every_month_is_explained",
        "openai, .*2026-10, .*differ for no known cause, .*_difference 467.7306",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_export_is_refused_by_name_and_row(what, built, build):
    damage, check, rows = BROKEN[what]
    before = current(built)
    damage(built.exports_dir)

    outcome = build(built)

    assert not outcome.published
    assert re.search(check, outcome.why)
    assert re.search(rows, outcome.why)
    assert current(built) == before
    assert versions(built) == [before]


def test_publishing_alone_does_not_get_past_the_gate_and_mending_does(
    built, build, command
):
    before = current(built)
    good = (built.exports_dir / "invoices" / "invoices.csv").read_text()
    broken_invoice(built.exports_dir)

    refused = command("build", settings=built)

    assert refused.returncode == 1
    assert "check failed" in refused.stderr
    assert f"{before.name} stays current" in refused.stderr

    alone = materialize_publish_alone(built)

    assert "not published" in alone
    assert "dbt check failed: every_month_is_explained (1 rows)" in alone
    assert current(built) == before

    (built.exports_dir / "invoices" / "invoices.csv").write_text(good)
    mended = build(built)

    assert mended.published, mended.why
    assert current(built) != before
    with duckdb.connect(str(current(built).database), read_only=True) as db:
        verdicts = db.execute("select distinct verdict from fct_reconciliation_monthly")
        assert verdicts.fetchall() == [("proven",)]


def materialize_publish_alone(settings):
    """Press Materialize on publish/version; give what it fails with."""
    definitions = build_definitions(settings)
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance, asset_selection=[VERSION], raise_on_error=False
        )
    assert not result.success
    [failure] = [e for e in result.all_node_events if e.is_step_failure]
    return failure.step_failure_data.error.message
