"""The gate on a home that begins empty: an invoice that is too high, then mended."""

import csv
import shutil
from decimal import Decimal

import dagster as dg
import duckdb
import pytest

from pipelines.defs import build_definitions
from pipelines.defs.publish import VERSION
from pipelines.publishing.versions import current
from pipelines.settings import PROJECT_DIR, Settings

pytestmark = pytest.mark.slow

SAMPLE_EXPORTS = PROJECT_DIR / "sample_exports"


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
