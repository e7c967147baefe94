"""What a build says of its month, on marts of a few rows that were added up by hand."""

import io
from decimal import Decimal

import duckdb
import pytest
from rich.console import Console

from pipelines.cli.summary import show_missing, show_spend, show_summary
from pipelines.publishing.versions import current
from pipelines.reports.month_summary import (
    OTHER_USAGE_PAGE,
    USAGE,
    USAGE_PAGES,
    bases,
    missing_exports,
    newest_month,
)
from pipelines.settings import PROJECT_DIR

# Billed 60 + 100 + 12 - 3 = 169, effective 90 + 0 + 12 - 3 = 99: 70 less.
MARTS = """
create table fct_charges_daily as
select
    timestamp '2026-10-01' as billing_period_start, 'USD' as reporting_currency,
    service as service_name, 'AWS' as service_provider_name, category
        as charge_category, billed::decimal(38, 12) as reporting_billed_cost,
    effective::decimal(38, 12) as reporting_effective_cost
from (values
    ('EC2', 'Usage', 60, 90.004), ('EC2', 'Purchase', 100, 0), ('EC2', 'Tax', 12, 12),
    ('S3', 'Credit', -3, -3)
) as t (service, category, billed, effective);
create table fct_showback_daily as
select
    billing_period_start, reporting_effective_cost,
    case when service_name = 'EC2' then 'gpu' else 'not_ai' end as ai_cost_class
from fct_charges_daily;
create table fct_reconciliation_monthly as
select timestamp '2026-10-01' as billing_period_start, source_name, verdict
from (values
    ('aws', 'no invoice'), ('azure', 'proven'), ('gcp', 'no invoice'),
    ('oci', 'no invoice'), ('onprem', 'no invoice'), ('ferrum', 'no invoice')
) as t (source_name, verdict);
create table fct_inference_costs_daily as
select
    timestamp '2026-10-01' as billing_period_start, 'api' as hosting,
    service_provider_name, effective_cost, inference_count
from (values ('OpenAI', 5.0, null), ('Acme', 4.0, null), ('AWS', 9.0, 7))
    as t (service_provider_name, effective_cost, inference_count);
create table deliveries as
select 'budgets' as table_name, 'current' as status
"""


@pytest.fixture
def marts():
    with duckdb.connect() as db:
        db.execute(MARTS)
        yield db


@pytest.fixture
def said(marts):
    """Call what shows something of October; give its lines, with single blanks."""

    def lines(show):
        console = Console(file=io.StringIO(), width=120)
        show(console, marts, "2026-10")
        return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]

    return lines


def test_billed_and_effective_cost_differ_by_named_amounts_that_add_up(said):
    lines = said(show_spend)

    place = lines.index(
        "Billed cost is 169.00, effective cost 99.00; the difference of -70.00 is"
    )
    assert [line.split()[0] for line in lines[place + 1 : place + 3]] == [
        "-100.00",
        "+30.00",
    ]
    assert lines[place + 3] == ""


def test_spend_by_service_and_the_share_of_ai_come_first(said):
    lines = said(show_spend)

    assert lines[0] == "Spend by service, 2026-10"
    assert lines[4].split() == ["EC2", "AWS", "USD", "102.00", "103.03"]
    assert "AI is 103.0 % of 2026-10: 102.00 of 99.00 USD." in lines


def test_what_is_missing_is_named_with_what_it_would_answer(said):
    lines = said(show_missing)

    place = lines.index("To answer more, add to the exports:")
    assert lines[place + 1 :] == [
        (
            "invoices.csv: reconciles aws, ferrum, gcp and 2 more with what was "
            "invoiced (docs/lists.md#invoices)"
        ),
        (
            "a usage export of OpenAI: gives the cost per inference "
            "(docs/sources/usage/openai_usage.md)"
        ),
        (
            "a usage export of Acme: gives the cost per inference "
            "(docs/sources/usage/call_log.md)"
        ),
        (
            "ownership_rules.csv: gives each charge a team and a project "
            "(docs/lists.md#ownership_rules)"
        ),
    ]


def test_nothing_is_asked_for_that_was_delivered(marts):
    marts.execute("update fct_reconciliation_monthly set verdict = 'proven'")
    marts.execute("update fct_inference_costs_daily set inference_count = 1")
    marts.execute(
        "insert into deliveries select unnest(['ownership_rules', 'gpu_usage', "
        "'training_attempts']), 'current'"
    )

    assert missing_exports(marts, "2026-10") == []


def test_a_bill_without_ai_says_so(marts, said):
    marts.execute("update fct_showback_daily set ai_cost_class = 'not_ai'")

    assert any(
        line.startswith("No charge of 2026-10 is recognized as AI")
        for line in said(show_spend)
    )


def test_a_build_without_charges_has_no_summary(marts):
    marts.execute("delete from fct_charges_daily")
    console = Console(file=io.StringIO())

    show_summary(console, marts)

    assert newest_month(marts) is None
    assert console.file.getvalue() == ""


def test_every_page_that_is_named_is_there():
    for page in [*USAGE_PAGES.values(), OTHER_USAGE_PAGE]:
        assert (PROJECT_DIR / USAGE / page).is_file()


@pytest.mark.slow
def test_the_bases_of_the_sample_company_are_those_of_its_questions(sample_settings):
    database = current(sample_settings).database
    with duckdb.connect(str(database), read_only=True) as db:
        found = bases(db, "2026-10")

    assert round(found.billed, 2) == Decimal("65245.54")
    assert round(found.effective, 2) == Decimal("67481.38")
    assert {name: round(part, 2) for name, part in found.differences} == {
        "Usage": Decimal("14933.35"),
        "Purchase": Decimal("-13971.30"),
        "Adjustment": Decimal("1273.79"),
    }
