"""The gate on the whole pipeline: broken exports are refused, mended ones published."""

import csv
import json
import re
import shutil
from decimal import Decimal

import dagster as dg
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.defs import build_definitions
from pipelines.defs.publish import VERSION
from pipelines.publishing.audit import objections
from pipelines.publishing.versions import current, versions
from pipelines.settings import PROJECT_DIR, Settings

pytestmark = pytest.mark.slow

SAMPLE_EXPORTS = PROJECT_DIR / "sample_exports"
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


# How each is broken, what is said of it, and the check that says so. No row of the one
# is looked at by the check of the other.
BROKEN = {
    "a negative token count": (
        broken_usage,
        r"openai_usage, row \d+ of openai/usage/.*: output_tokens is -5, below zero",
        r"\[dbt check staging/stg_usage__model_usage not_negative__output_tokens\]",
    ),
    "a charge in another currency": (
        broken_currency,
        r"openai 2026-10, row 148 of openai/costs/.*: billing_currency is EUR",
        r"\[dbt check staging/stg_ledger__charges one_currency_per_bill\]",
    ),
}


@pytest.fixture(scope="module")
def refused(copy_of_built, build, tmp_path_factory):
    """Build all of them at once; give settings, the version before, and the outcome."""
    settings = copy_of_built(tmp_path_factory.mktemp("refused"))
    before = current(settings)
    for damage, _, _ in BROKEN.values():
        damage(settings.exports_dir)
    return settings, before, build(settings)


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_export_is_refused_by_name_and_row(what, refused):
    _, said, check = BROKEN[what]
    _, _, outcome = refused

    assert not outcome.published
    [reason] = [reason for reason in outcome.reasons if re.match(said, reason)]
    assert re.search(check, reason)


def test_publishing_objects_with_the_sentences_of_the_build(refused):
    settings, _, outcome = refused
    *causes, last = objections(settings)

    assert [*outcome.reasons] == causes
    assert last.startswith("because of it these did not run: ")


def test_what_is_published_stays_when_a_build_is_refused(refused):
    settings, before, _ = refused

    assert current(settings) == before
    assert versions(settings) == [before]


def test_an_export_that_cannot_be_converted_is_refused_by_row(built, command):
    before = current(built)
    broken_account(built.exports_dir)

    refused = command("build", settings=built)

    assert refused.returncode == 1
    assert "aws 2026-10: aws/cur2/" in refused.stderr
    said = "row 1 of the delivery: bill_payer_account_id is empty"
    assert said in " ".join(refused.stderr.split())
    assert f"{before.name} stays current" in refused.stderr
    assert versions(built) == [before]


@pytest.fixture(scope="module")
def mended(new_home, build, command, tmp_path_factory):
    """Build a home from nothing: an invoice is 3 % too high, then it is mended.

    Gives the settings, and what was said before it was mended: by the terminal, and
    by publishing alone.
    """
    folder = tmp_path_factory.mktemp("mended")
    shutil.copytree(SAMPLE_EXPORTS, folder / "exports")
    settings = Settings(exports=folder / "exports", home=new_home(folder / "home"))
    invoices = settings.exports_dir / "invoices" / "invoices.csv"
    good = invoices.read_text()
    broken_invoice(settings.exports_dir)

    refused = command("build", settings=settings)
    alone = materialize_publish_alone(settings)
    assert current(settings) is None

    invoices.write_text(good)
    outcome = build(settings)
    assert outcome.published, outcome.why
    return settings, refused, alone


def test_an_invoice_that_is_too_high_is_refused_by_name_and_row(mended):
    _, refused, _ = mended
    said = " ".join(refused.stderr.split())

    assert refused.returncode == 1
    # 15,591.07 x 1.03 = 16,058.8021
    assert (
        "openai 2026-10: the invoice says 16,058.80 USD, the billing rows 15,591.07 "
        "USD incl. tax; 467.73 USD is unexplained"
    ) in said
    check = "marts/fct_reconciliation_monthly every_month_is_explained"
    assert f"[dbt check {check}]" in said
    assert "nothing is published" in said


def test_publishing_alone_does_not_get_past_the_gate(mended):
    _, _, alone = mended

    assert "openai 2026-10: the invoice says 16,058.80 USD" in alone


def test_a_mended_export_is_published_and_proven(mended):
    settings, _, _ = mended

    with duckdb.connect(str(current(settings).database), read_only=True) as db:
        verdicts = db.execute("select distinct verdict from fct_reconciliation_monthly")
        assert verdicts.fetchall() == [("proven",)]


def test_two_builds_from_nothing_give_the_same_marts(mended, sample_settings):
    """But for the invoices of the one, which came twice: too high and mended."""
    settings, _, _ = mended

    with duckdb.connect() as db:
        for name, home in (("one", sample_settings), ("two", settings)):
            db.execute(f"attach '{current(home).database}' as {name} (read_only)")
        marts = current(settings).manifest["row_counts"]
        assert len(marts) > 50
        differences = {}
        for table in marts:
            one, two = (
                f"select * exclude (first_seen_at) from {name}.{table} "
                "where source_name != 'invoices'"
                if table == "deliveries"
                else f"select * from {name}.{table}"
                for name in ("one", "two")
            )
            differing = f"({one} except all {two}) union all ({two} except all {one})"
            if found := db.execute(differing).fetchall():
                differences[table] = found
    assert differences == {}


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
