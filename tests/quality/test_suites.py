"""Each suite both ways, on build databases made by hand, and the page of results."""

import re

import duckdb
import pytest

from pipelines.focus.schema import ledger_types
from pipelines.quality.page import render
from pipelines.quality.run import run_suites
from pipelines.quality.suites import suites

MADE_AT = "2026-11-01T00:00:00+00:00"
# One good row of each relation; a test changes one column.
LEDGER = {
    "BilledCost": "1",
    "BillingAccountId": "'acct'",
    "BillingAccountName": "'Acme'",
    "BillingCurrency": "'USD'",
    "BillingPeriodStart": "timestamp '2026-08-01'",
    "BillingPeriodEnd": "timestamp '2026-09-01'",
    "ChargeCategory": "'Usage'",
    "ChargeDescription": "'tokens'",
    "ChargeFrequency": "'Usage-Based'",
    "ChargePeriodStart": "timestamp '2026-08-01'",
    "ChargePeriodEnd": "timestamp '2026-08-02'",
    "ConsumedQuantity": "5",
    "ConsumedUnit": "'Tokens'",
    "ContractedCost": "1",
    "EffectiveCost": "1",
    "HostProviderName": "'OpenAI'",
    "InvoiceIssuerName": "'OpenAI'",
    "ListCost": "1",
    "PricingQuantity": "5",
    "PricingUnit": "'Tokens'",
    "ServiceCategory": "'AI and Machine Learning'",
    "ServiceName": "'API'",
    "ServiceProviderName": "'OpenAI'",
    "ServiceSubcategory": "'Generative AI'",
    "x_SourceName": "'openai'",
    "x_DeliveryId": "'openai-1'",
    "x_SourceRowNumber": "7",
}
USAGE = {
    "window_start": "timestamp '2026-08-01'",
    "provider_name": "'OpenAI'",
    "input_uncached_tokens": "1",
    "input_cache_read_tokens": "0",
    "input_cache_write_tokens": "null::bigint",
    "output_tokens": "1",
    "request_count": "1",
    "source_name": "'openai_usage'",
    "delivery_id": "'d'",
    "source_row_number": "1",
}
ATTEMPTS = {
    "attempt_id": "'a1'",
    "started_at": "timestamp '2026-08-01'",
    "ended_at": "null::timestamp",
    "gpu_count": "8",
    "status": "'running'",
    "source_name": "'slurm'",
}
VERDICTS = {
    "verdict": "'proven'",
    "source_name": "'aws'",
    "billing_period_start": "timestamp '2026-08-01'",
    "blocking_reason": "null::varchar",
}
SUMS = {
    "mart_name": "'fct_charges_daily'",
    "cost_column": "'billed_cost'",
    "source_name": "'aws'",
    "billing_period_start": "timestamp '2026-08-01'",
    "difference": "0.000000000000",
}
RELATIONS = {
    "ledger": ("ledger.focus", LEDGER),
    "model_usage": ("staging.stg_usage__model_usage", USAGE),
    "training_attempts": ("staging.stg_usage__training_attempts", ATTEMPTS),
    "reconciliation": ("marts.fct_reconciliation_monthly", VERDICTS),
    "mart_sums": ("marts.fct_mart_sums", SUMS),
}
# suite, changed column, its value, the expectation that fails
WRONG = [
    ("ledger", "BillingAccountId", "null", "BillingAccountId is known"),
    ("ledger", "ChargeCategory", "'Bananas'", "ChargeCategory is an allowed value"),
    ("ledger", "BillingCurrency", "'usd'", "currency code"),
    (
        "ledger",
        "ChargePeriodEnd",
        "timestamp '2026-08-01'",
        "charge period ends after it starts",
    ),
    ("ledger", "ConsumedQuantity", "-5", "tokens are not negative"),
    ("model_usage", "output_tokens", "-1", "output_tokens is at least 0"),
    ("model_usage", "window_start", "null::timestamp", "window_start is known"),
    ("training_attempts", "status", "'done'", "status is an allowed value"),
    ("training_attempts", "started_at", "null::timestamp", "started_at is known"),
    ("training_attempts", "ended_at", "timestamp '2026-07-31'", "ends after start"),
    ("reconciliation", "verdict", "'blocked'", "verdict is an allowed value"),
    (
        "mart_sums",
        "difference",
        "0.000000000001",
        "no money is lost, repeated or added",
    ),
]


@pytest.fixture
def judged(tmp_path):
    """Judge a database of one good row a relation; give the suites by name."""

    def judge(suite="", column="", value=""):
        database = tmp_path / "warehouse.duckdb"
        with duckdb.connect(str(database)) as db:
            for name, (relation, row) in RELATIONS.items():
                schema = relation.split(".")[0]
                db.execute(f"create schema if not exists {schema}")
                values = row | ({column: value} if name == suite else {})
                if name == "ledger":
                    types = ledger_types()
                    values = {
                        c: f"cast({values.get(c, 'null')} as {t})"
                        for c, t in types.items()
                    }
                columns = ", ".join(f'{v} as "{c}"' for c, v in values.items())
                db.execute(f"create table {relation} as select {columns}")
        return {result.suite.name: result for result in run_suites(database, suites())}

    return judge


def test_good_rows_meet_every_expectation(judged):
    results = judged()

    broken = [o.name for r in results.values() for o in r.outcomes if not o.passed]
    assert broken == []
    assert set(results) == set(RELATIONS)
    assert all(result.outcomes for result in results.values())


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong[0]}: {wrong[3]}")
def test_a_wrong_row_breaks_its_expectation_and_no_other_and_is_named(wrong, judged):
    suite, column, value, expectation = wrong

    results = judged(suite, column, value)

    broken = {
        (name, outcome.name): outcome
        for name, result in results.items()
        for outcome in result.outcomes
        if not outcome.passed
    }
    assert list(broken) == [(suite, expectation)]
    [outcome] = broken.values()
    assert (outcome.failing, outcome.error) == (1, "")
    identify = results[suite].suite.identify
    assert set(identify) <= set(outcome.examples[0])


def test_the_page_shows_failures_first_and_needs_nothing_from_outside(judged):
    results = list(judged("model_usage", "output_tokens", "-1").values())

    page = render(results, [], "b1", MADE_AT)

    total = sum(len(result.outcomes) for result in results)
    assert f"1 of {total} expectations failed" in page
    usage = page[page.index("<h2>model_usage") :]
    assert usage.index("output_tokens is at least 0") < usage.index("holds")
    assert not re.search(r"https?:|<script|<link|src=|@import|url\(", page)


def test_what_exports_say_is_text_on_the_page_and_never_html(judged):
    evil = "'<img src=x>'"
    results = list(judged("reconciliation", "blocking_reason", evil).values())
    wrong = [r for r in results if r.suite.name == "reconciliation"]

    page = render(wrong, [], "<b>id</b>", MADE_AT)

    assert "<b>" not in page
    assert "&lt;b&gt;id" in page
