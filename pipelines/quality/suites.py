"""The suites: what is expected of the ledger, of telemetry and of the verdicts.

The ledger's suite is derived from the FOCUS columns: mandatory ones are not null,
enumerated ones hold allowed values. Failing rows are named by the columns in
``identify``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.focus.schema import columns

# ISO 4217 codes, and the virtual ones that FOCUS allows, are three capital letters.
# Braces are left out: GX formats the query.
CURRENCY = "[A-Z][A-Z][A-Z]"

Expectation = dict[str, object]


@dataclass(frozen=True, slots=True)
class Suite:
    """What is expected of one relation of the build database.

    Attributes:
        name: of the suite.
        question: what a reader learns from it.
        relation: schema and name of what is looked at.
        mart: the mart that shows these rows; its check the suite is in Dagster.
        identify: columns that say which row failed.
        expectations: facts that ``run`` turns into Great Expectations.
    """

    name: str
    question: str
    relation: str
    mart: str
    identify: tuple[str, ...]
    expectations: tuple[Expectation, ...]


def suites() -> tuple[Suite, ...]:
    """Give all suites, in flow order."""
    return (
        _ledger(),
        _model_usage(),
        _training_attempts(),
        _reconciliation(),
        _mart_sums(),
    )


def _columns_of_focus() -> Iterator[Expectation]:
    """Ask of each column what the specification says of it alone."""
    for column in columns():
        if column.level == "mandatory" and not column.nullable:
            yield {"type": "not_null", "column": column.name}
        if column.allowed_values:
            yield {
                "type": "in_set",
                "column": column.name,
                "values": list(column.allowed_values),
            }


def _ledger() -> Suite:
    rows: list[Expectation] = [
        {
            "type": "rows",
            "name": "currency code",
            "where": _no_currency("BillingCurrency"),
        },
        {
            "type": "rows",
            "name": "charge period ends after it starts",
            "where": "ChargePeriodEnd <= ChargePeriodStart",
        },
        {
            "type": "rows",
            "name": "billing period ends after it starts",
            "where": "BillingPeriodEnd <= BillingPeriodStart",
        },
        {
            "type": "rows",
            "name": "tokens are not negative",
            "where": (
                "ConsumedUnit = 'Tokens' and ConsumedQuantity < 0 "
                "and ChargeClass is distinct from 'Correction'"
            ),
        },
        {
            "type": "rows",
            "name": "tax and credits cost what they bill",
            "where": (
                "ChargeCategory in ('Tax', 'Credit') and EffectiveCost != BilledCost"
            ),
        },
    ]
    return Suite(
        name="ledger",
        question="Is every charge a valid FOCUS 1.4 row?",
        relation="ledger.focus",
        mart="fct_charges_daily",
        identify=("x_SourceName", "x_DeliveryId", "x_SourceRowNumber"),
        expectations=(*_columns_of_focus(), *rows),
    )


def _model_usage() -> Suite:
    counters = ("input_uncached", "input_cache_read", "input_cache_write", "output")
    return Suite(
        name="model_usage",
        question="Are the token counters disjoint, complete and not negative?",
        relation="staging.stg_usage__model_usage",
        mart="fct_inference_costs_daily",
        identify=("source_name", "delivery_id", "source_row_number"),
        expectations=(
            {"type": "not_null", "column": "window_start"},
            {"type": "not_null", "column": "provider_name"},
            *(
                {"type": "between", "column": f"{counter}_tokens", "min": 0}
                for counter in counters
            ),
            {"type": "between", "column": "request_count", "min": 0},
        ),
    )


def _training_attempts() -> Suite:
    return Suite(
        name="training_attempts",
        question="Does every training attempt have a start and a sane window?",
        relation="staging.stg_usage__training_attempts",
        mart="fct_training_run_costs",
        identify=("source_name", "attempt_id"),
        expectations=(
            {"type": "not_null", "column": "attempt_id"},
            {"type": "not_null", "column": "started_at"},
            {"type": "between", "column": "gpu_count", "min": 0},
            {
                "type": "in_set",
                "column": "status",
                "values": [
                    "completed",
                    "failed",
                    "cancelled",
                    "preempted",
                    "timeout",
                    "running",
                ],
            },
            {
                "type": "rows",
                "name": "ends after start",
                "where": "ended_at < started_at",
            },
        ),
    )


def _reconciliation() -> Suite:
    return Suite(
        name="reconciliation",
        question="Is every month explained within the owner's tolerance?",
        relation="marts.fct_reconciliation_monthly",
        mart="fct_reconciliation_monthly",
        identify=("source_name", "billing_period_start", "blocking_reason"),
        expectations=(
            {
                "type": "in_set",
                "column": "verdict",
                "values": ["proven", "no invoice", "nothing billed", "no bill"],
            },
        ),
    )


def _mart_sums() -> Suite:
    return Suite(
        name="mart_sums",
        question="Does each mart hold the money of the ledger, to the last digit?",
        relation="marts.fct_mart_sums",
        mart="fct_mart_sums",
        identify=("mart_name", "cost_column", "source_name", "billing_period_start"),
        expectations=(
            {
                "type": "rows",
                "name": "no money is lost, repeated or added",
                "where": "difference <> 0",
            },
        ),
    )


def _no_currency(column: str) -> str:
    return f"not regexp_full_match({column}, '{CURRENCY}')"
