"""The sample company from exports to published numbers, and what the terminal says."""

import csv
import gzip
import json
from collections import defaultdict
from decimal import Decimal

import duckdb
import pytest

from pipelines.files import read_sealed, sha256_of, write_sealed
from pipelines.publishing.audit import seal
from pipelines.publishing.publish import publish
from pipelines.publishing.versions import current, versions
from pipelines.settings import PROJECT_DIR

pytestmark = pytest.mark.slow

SAMPLE_EXPORTS = PROJECT_DIR / "sample_exports"
# What the planted causes are called in fct_reconciliation_monthly.
COLUMNS = {
    "tax": "tax_difference",
    "credit": "credit_difference",
    "fx": "fx_difference",
    "rounding": "rounding_difference",
    "unmetered_caller": "metered_unmetered_caller_difference",
    "price_drift": "metered_price_drift_difference",
    "late_usage": "metered_late_usage_difference",
    "batch": "metered_batch_difference",
    "cache_class": "metered_cache_class_difference",
}
DIFFERENCES = """
unpivot (
    select
        source_name,
        strftime(billing_period_start, '%Y-%m') as month,
        columns('.*_difference$')
    from fct_reconciliation_monthly
)
on columns('.*_difference$') into name cause value amount
order by all
"""
HALF_A_CENT = Decimal("0.005")


@pytest.fixture
def version(sample_settings):
    """Open the published version of the sample build."""
    database = current(sample_settings).database
    with duckdb.connect(str(database), read_only=True) as db:
        yield db


def planted():
    """Read what the samples say was put in, summed per source, month and column."""
    sums = defaultdict(Decimal)
    with (SAMPLE_EXPORTS / "PLANTED.csv").open() as file:
        for row in csv.DictReader(file):
            column = COLUMNS[row["cause"]]
            place = (row["ledger_source"], row["billing_period"], column)
            sums[place] += Decimal(row["amount"])
    return dict(sums)


def invoices():
    """Read what finance was asked to pay."""
    with (SAMPLE_EXPORTS / "invoices" / "invoices.csv").open() as file:
        return list(csv.DictReader(file))


def invoiced_months():
    return {(row["ledger_source"], row["billing_period"]) for row in invoices()}


def test_every_month_that_has_an_invoice_is_proven_and_there_is_no_other(version):
    verdicts = version.execute(
        "select source_name, strftime(billing_period_start, '%Y-%m'), verdict "
        "from fct_reconciliation_monthly order by all"
    ).fetchall()

    assert verdicts == [(*month, "proven") for month in sorted(invoiced_months())]
    assert {source for source, _ in invoiced_months()} >= {"aws", "ferrum", "openai"}


def test_every_planted_difference_is_found_by_name_and_amount_and_nothing_else(version):
    rows = version.execute(DIFFERENCES).fetchall()

    found = {(s, m, cause): amount for s, m, cause, amount in rows if amount}
    no_telemetry = {k for k in found if k[2] == "metered_no_telemetry_difference"}
    assert {source for source, _, _ in no_telemetry} == {
        "aws",
        "azure",
        "azure_focus",
        "gcp",
    }
    assert {k: v for k, v in found.items() if k not in no_telemetry} == planted()


def test_the_ledger_is_what_finance_was_asked_to_pay_but_for_tax_and_half_cents(
    version,
):
    # OpenAI's rows carry no tax; those of AWS and Ferrum do.
    asked = defaultdict(Decimal)
    for row in invoices():
        amount = Decimal(row["invoice_amount"]) + Decimal(row["credit_amount"] or 0)
        if row["ledger_source"] == "openai":
            amount -= Decimal(row["tax_amount"])
        if row["exchange_rate"]:  # Driftbase counted with another decimal than it says
            amount = amount / Decimal("0.8643")
        asked[row["ledger_source"], row["billing_period"]] += amount
    billed = version.execute(
        "select x_SourceName, strftime(BillingPeriodStart, '%Y-%m'), sum(BilledCost) "
        "from focus group by all"
    ).fetchall()

    assert {(source, month) for source, month, _ in billed} == set(asked)
    for source, month, cost in billed:
        count = sum(
            (row["ledger_source"], row["billing_period"]) == (source, month)
            for row in invoices()
        )
        assert abs(asked[source, month] - cost) <= HALF_A_CENT * count


def test_the_marts_are_the_ledger_to_the_last_decimal(version):
    [(marts, ledger)] = version.execute(
        "select (select sum(billed_cost) from fct_charges_daily), "
        "(select sum(BilledCost) from focus)"
    ).fetchall()

    assert marts == ledger


@pytest.mark.parametrize(
    "source", ["azure", "oci", "openrouter", "slurm", "ferrum", "invoices"]
)
def test_every_line_of_a_file_is_in_the_ledger_or_left_out_by_name(version, source):
    files, read, kept, left_out = version.execute(
        "select list(distinct file_names).flatten().list_distinct(), "
        "sum(read_row_count), sum(row_count), sum(excluded_row_count) "
        "from deliveries where source_name = $source and status = 'current'",
        {"source": source},
    ).fetchone()

    lines = 0
    for name in files:
        if name.endswith(".json"):
            page = json.loads((SAMPLE_EXPORTS / name).read_text("utf-8"))
            lines += len(page["data"])
            continue
        opened = gzip.open if name.endswith(".gz") else open
        path = SAMPLE_EXPORTS / name
        with opened(path, "rt", encoding="utf-8-sig", newline="") as text:
            lines += sum(1 for _ in csv.reader(text)) - 1
    assert lines > 0
    assert read == lines
    assert kept + left_out == lines


def test_the_terminal_shows_the_proof_of_what_is_published(sample_settings, command):
    done = command("status", settings=sample_settings)

    assert done.returncode == 0
    assert current(sample_settings).name in done.stdout
    assert done.stdout.count("proven") == len(invoiced_months())
    assert "unmetered caller" in done.stdout


def test_status_path_prints_the_database_and_nothing_else(sample_settings, command):
    done = command("status", "--path", settings=sample_settings)

    assert done.stdout == f"{current(sample_settings).database}\n"


def test_a_query_is_answered_as_a_table_as_csv_and_as_json(sample_settings, command):
    sql = "select 'gpt, 4o' as model, 1234.5::decimal(38, 12) as billed_cost"

    table, csv_text, json_text = (
        command("query", sql, "--format", form, settings=sample_settings).stdout
        for form in ("table", "csv", "json")
    )

    assert "1,234.50" in table
    assert csv_text == 'model,billed_cost\n"gpt, 4o",1234.500000000000\n'
    assert json.loads(json_text) == [
        {"model": "gpt, 4o", "billed_cost": "1234.500000000000"}
    ]


def name_build_anew(settings):
    """Make another build of the one that is there, without building again."""
    audit = settings.build_dir / "audit.json"
    write_sealed(audit, read_sealed(audit) | {"build_id": "another"})
    with duckdb.connect(str(settings.build_database)) as db:
        db.execute("update meta.build set build_id = 'another'")
    seal(settings, sha256_of(settings.build_database), {})


def test_the_same_build_published_twice_is_one_version(built):
    first = current(built)

    assert publish(built).name == first.name
    assert [version.name for version in versions(built)] == [first.name]


def test_versions_are_listed_and_rolled_back_on_the_terminal(built, command):
    first = current(built)
    name_build_anew(built)
    second = publish(built)

    listed = command("versions", settings=built)
    rolled = command("rollback", first.name, settings=built)

    assert listed.stdout == f"  {first.name}\n* {second.name}\n"
    assert rolled.returncode == 0
    assert current(built) == first


def test_a_second_build_finds_nothing_new_keeps_the_version_and_shows_the_proof(
    built, command
):
    before = current(built)

    done = command("build", settings=built)

    assert done.returncode == 0
    assert "Nothing new" in done.stdout
    assert versions(built) == [before]
    assert done.stdout.count("proven") == len(invoiced_months())
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["query", "select nothing from nowhere"], "nowhere"),
        (["rollback", "nope"], "no version 'nope'; known versions: 2"),
        (["build", "--exports", "no/such/folder"], "no exports folder at"),
        (["nonsense"], "No such command"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_wrong_call_ends_with_2_and_says_what_is_wrong(
    words, said, sample_settings, command
):
    done = command(*words, settings=sample_settings)

    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize("words", [["status"], ["query", "select 1"]], ids=" ".join)
def test_before_the_first_build_the_terminal_says_what_to_do(words, settings, command):
    done = command(*words, settings=settings)

    assert done.returncode == 1
    assert f"no home in {settings.home_dir} yet; run: " in done.stderr
    assert "unitmill build" in done.stderr


def test_an_empty_exports_folder_is_refused_by_its_path(settings, command):
    done = command("build", settings=settings)

    assert done.returncode == 1
    assert f"nothing to read in {settings.exports_dir}" in done.stderr
    assert current(settings) is None
