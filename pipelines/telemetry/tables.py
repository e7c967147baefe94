"""The usage tables: Unitmill's own, because FOCUS has none for telemetry.

Every usage source writes one of them. Times are UTC, windows half-open. A counter
that a source cannot know is NULL, never 0.
"""

from collections.abc import Mapping

from pipelines.focus.schema import MONEY

_ORIGIN = {
    "source_name": "VARCHAR",
    "delivery_id": "VARCHAR",
    "source_row_number": "BIGINT",
}

# One row per window x provider x account x model x credential x tier. The four
# input and output counters are disjoint: a source whose input counts include cached
# tokens subtracts them. Reasoning tokens are part of the output.
MODEL_USAGE: Mapping[str, str] = {
    "window_start": "TIMESTAMP",
    "window_end": "TIMESTAMP",
    "provider_name": "VARCHAR",
    "sub_account_id": "VARCHAR",
    "credential_id": "VARCHAR",
    "user_id": "VARCHAR",
    "model_id": "VARCHAR",
    "operation": "VARCHAR",
    "processing_tier": "VARCHAR",
    "input_uncached_tokens": "BIGINT",
    "input_cache_read_tokens": "BIGINT",
    "input_cache_write_tokens": "BIGINT",
    "output_tokens": "BIGINT",
    "reasoning_tokens": "BIGINT",
    "request_count": "BIGINT",
    "failed_request_count": "BIGINT",
    "other_quantity": MONEY,
    "other_unit": "VARCHAR",
    "inputs_include_cached": "BOOLEAN",
} | _ORIGIN

# One row per attempt: one continuous stretch of one training run on a set of
# machines. A run that was interrupted and resumed has several.
TRAINING_ATTEMPTS: Mapping[str, str] = {
    "run_id": "VARCHAR",
    "attempt_id": "VARCHAR",
    "parent_run_id": "VARCHAR",
    "run_name": "VARCHAR",
    "experiment_name": "VARCHAR",
    "project_name": "VARCHAR",
    "scheduler_job_id": "VARCHAR",
    "status": "VARCHAR",
    "status_detail": "VARCHAR",
    "submitted_at": "TIMESTAMP",
    "started_at": "TIMESTAMP",
    "ended_at": "TIMESTAMP",
    "node_count": "INTEGER",
    "gpu_count": MONEY,
    "gpu_type": "VARCHAR",
    "node_names": "VARCHAR[]",
    "resource_ids": "VARCHAR[]",
    "first_step": "BIGINT",
    "last_step": "BIGINT",
    "last_checkpoint_step": "BIGINT",
    "checkpoints_at": "TIMESTAMP[]",
    "epoch_count": MONEY,
    "metric_name": "VARCHAR",
    "metric_value": "DOUBLE",
} | _ORIGIN

# What finance was asked to pay: one row per invoice. tax_amount is the part of
# invoice_amount that is tax.
INVOICES: Mapping[str, str] = {
    "invoice_issuer_name": "VARCHAR",
    "invoice_id": "VARCHAR",
    "ledger_source": "VARCHAR",
    "billing_period_start": "TIMESTAMP",
    "billing_currency": "VARCHAR",
    "invoice_amount": MONEY,
    "tax_amount": MONEY,
} | _ORIGIN

# How the rows of one source and period stand to one FOCUS rule.
FOCUS_CONFORMANCE: Mapping[str, str] = {
    "source_name": "VARCHAR",
    "period": "VARCHAR",
    "rule_id": "VARCHAR",
    "column_name": "VARCHAR",
    "severity": "VARCHAR",
    "specification_section": "VARCHAR",
    "rule_text": "VARCHAR",
    "row_count": "BIGINT",
    "failing_row_count": "BIGINT",
    "examples": "VARCHAR[]",
}

TABLES: Mapping[str, Mapping[str, str]] = {
    "focus_conformance": FOCUS_CONFORMANCE,
    "model_usage": MODEL_USAGE,
    "training_attempts": TRAINING_ATTEMPTS,
    "invoices": INVOICES,
}
