"""The usage tables of lists that people fill in, and where a row of any table is from.

Belongs here: lists that no machine writes. What tools write is in ``tables``, which
names every table.
"""

from collections.abc import Mapping

from pipelines.focus.schema import MONEY

ORIGIN = {
    "source_name": "VARCHAR",
    "delivery_id": "VARCHAR",
    "source_row_number": "BIGINT",
}

# Who owns what matches: one row per rule. ledger_source is NULL where any may match.
OWNERSHIP_RULES: Mapping[str, str] = {
    "rule_id": "VARCHAR",
    "match_kind": "VARCHAR",
    "match_pattern": "VARCHAR",
    "tag_key": "VARCHAR",
    "ledger_source": "VARCHAR",
    "team_name": "VARCHAR",
    "project_name": "VARCHAR",
    "feature_name": "VARCHAR",
    "tenant_id": "VARCHAR",
    "environment_name": "VARCHAR",
    "is_ai": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
} | ORIGIN

# How shared costs are split: one row per rule and target.
SHARED_COST_RULES: Mapping[str, str] = {
    "rule_id": "VARCHAR",
    "step": "INTEGER",
    "share_kind": "VARCHAR",
    "share_pattern": "VARCHAR",
    "method": "VARCHAR",
    "target_kind": "VARCHAR",
    "target_pattern": "VARCHAR",
    "weight": MONEY,
    "valid_from": "DATE",
    "valid_to": "DATE",
} | ORIGIN

# What a scope may cost: one row per budget and first day. threshold_percents is a list
# such as 50;80;100 of the amount; channel names where its alerts go.
BUDGETS: Mapping[str, str] = {
    "budget_id": "VARCHAR",
    "budget_name": "VARCHAR",
    "scope_type": "VARCHAR",
    "scope_value": "VARCHAR",
    "budget_amount": MONEY,
    "budget_currency": "VARCHAR",
    "cost_basis": "VARCHAR",
    "owner_team": "VARCHAR",
    "threshold_percents": "VARCHAR",
    "channel": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
} | ORIGIN

# What is changed to save money: one row per optimisation and state; the newest counts.
OPTIMISATIONS: Mapping[str, str] = {
    "optimisation_id": "VARCHAR",
    "opportunity_id": "VARCHAR",
    "change": "VARCHAR",
    "lever": "VARCHAR",
    "scope_type": "VARCHAR",
    "scope_value": "VARCHAR",
    "promised_monthly_saving": MONEY,
    "currency": "VARCHAR",
    "state": "VARCHAR",
    "owner_team": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
} | ORIGIN

# What machines could be swapped for others: one row per trade and first day; the newest
# counts. relative_throughput is the work of one machine of the target by that of one of
# now, target_unit_price what it is quoted at an hour; latencies are milliseconds.
TRADE_OPTIONS: Mapping[str, str] = {
    "trade_id": "VARCHAR",
    "change": "VARCHAR",
    "scope_type": "VARCHAR",
    "scope_value": "VARCHAR",
    "target_provider_name": "VARCHAR",
    "target_instance_type": "VARCHAR",
    "target_region_id": "VARCHAR",
    "target_unit_count": "INTEGER",
    "target_unit_price": MONEY,
    "currency": "VARCHAR",
    "relative_throughput": MONEY,
    "latency_ms": MONEY,
    "target_latency_ms": MONEY,
    "latency_limit_ms": MONEY,
    "migration_cost": MONEY,
    "commitment_months": "INTEGER",
    "owner_team": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
} | ORIGIN

# How good and how fast a model is as it is served: one row per variant and first day.
# Passing answers are a part of those that were judged.
MODEL_VARIANTS: Mapping[str, str] = {
    "provider_name": "VARCHAR",
    "model_id": "VARCHAR",
    "precision": "VARCHAR",
    "decoding": "VARCHAR",
    "evaluation_name": "VARCHAR",
    "judged_answer_count": "BIGINT",
    "passing_answer_count": "BIGINT",
    "gpu_name": "VARCHAR",
    "tokens_per_gpu_second": MONEY,
    "valid_from": "DATE",
    "valid_to": "DATE",
} | ORIGIN

# What AI was good for: one row per day, metric and owner. A value is money where it has
# a currency, else a number of its unit; confidence is measured, estimated or assumed.
BUSINESS_VALUES: Mapping[str, str] = {
    "value_date": "DATE",
    "metric_name": "VARCHAR",
    "value": MONEY,
    "unit": "VARCHAR",
    "currency": "VARCHAR",
    "project_name": "VARCHAR",
    "feature_name": "VARCHAR",
    "tenant_id": "VARCHAR",
    "environment_name": "VARCHAR",
    "confidence": "VARCHAR",
} | ORIGIN

# What is stored where, and when it was last read: one row per day of an inventory,
# resource, prefix and tier. Of a vector store, objects are vectors and reads queries.
STORAGE_ACCESS: Mapping[str, str] = {
    "inventory_date": "DATE",
    "resource_id": "VARCHAR",
    "prefix": "VARCHAR",
    "dataset_name": "VARCHAR",
    "storage_tier": "VARCHAR",
    "stored_gb": MONEY,
    "object_count": "BIGINT",
    "read_count": "BIGINT",
    "read_gb": MONEY,
    "last_read_on": "DATE",
    "lifecycle_rule": "VARCHAR",
} | ORIGIN

# What data pipelines did: one row per run. status is succeeded, failed, cancelled,
# timed_out or running.
PIPELINE_RUNS: Mapping[str, str] = {
    "run_id": "VARCHAR",
    "pipeline_name": "VARCHAR",
    "resource_id": "VARCHAR",
    "project_name": "VARCHAR",
    "environment_name": "VARCHAR",
    "status": "VARCHAR",
    "processed_gb": MONEY,
    "started_at": "TIMESTAMP",
    "ended_at": "TIMESTAMP",
} | ORIGIN

# What a vendor's own tool says that a month cost: one row per account, month, cost
# basis, currency and tool, as it was read last. sub_account_id is NULL for all of the
# source.
NATIVE_TOTALS: Mapping[str, str] = {
    "ledger_source": "VARCHAR",
    "sub_account_id": "VARCHAR",
    "billing_period_start": "TIMESTAMP",
    "cost_basis": "VARCHAR",
    "native_total": MONEY,
    "currency": "VARCHAR",
    "tool": "VARCHAR",
    "read_on": "DATE",
} | ORIGIN

# What finance was asked to pay: one row per invoice. tax_amount is the part of
# invoice_amount that is tax, credit_amount what credits took off it. The three are in
# invoice_currency; exchange_rate is how much of it one unit of billing_currency is.
INVOICES: Mapping[str, str] = {
    "invoice_issuer_name": "VARCHAR",
    "invoice_id": "VARCHAR",
    "ledger_source": "VARCHAR",
    "billing_period_start": "TIMESTAMP",
    "billing_currency": "VARCHAR",
    "invoice_currency": "VARCHAR",
    "invoice_amount": MONEY,
    "tax_amount": MONEY,
    "credit_amount": MONEY,
    "exchange_rate": MONEY,
    "exchange_rate_decimals": "INTEGER",
    "exchange_rate_date": "DATE",
} | ORIGIN
