"""The usage tables: Unitmill's own, because FOCUS has none for telemetry.

Every usage source writes one of them. Times are UTC, windows half-open. A counter
that a source cannot know is NULL, never 0.
"""

from collections.abc import Mapping

from pipelines.focus.schema import MONEY
from pipelines.schema.list_tables import (
    BUDGETS,
    BUSINESS_VALUES,
    INVOICES,
    MODEL_VARIANTS,
    NATIVE_TOTALS,
    OPTIMISATIONS,
    ORIGIN,
    OWNERSHIP_RULES,
    PIPELINE_RUNS,
    SHARED_COST_RULES,
    STORAGE_ACCESS,
    TRADE_OPTIONS,
)

# Whose call of which model it was. sub_account_id and credential_id are the vendor's
# (project, API key); the names are the owner's own. provider_name is who bills, as the
# ledger's ServiceProviderName spells it, or 'self-hosted'; resource_id is the machine,
# endpoint or deployment that served, as the ledger's ResourceId spells it. prompt_name
# and prompt_version are those of the template that the call was made of.
CALLER = {
    "provider_name": "VARCHAR",
    "sub_account_id": "VARCHAR",
    "credential_id": "VARCHAR",
    "user_id": "VARCHAR",
    "project_name": "VARCHAR",
    "workload_name": "VARCHAR",
    "feature_name": "VARCHAR",
    "tenant_id": "VARCHAR",
    "environment_name": "VARCHAR",
    "resource_id": "VARCHAR",
    "model_id": "VARCHAR",
    "operation": "VARCHAR",
    "processing_tier": "VARCHAR",
    "prompt_name": "VARCHAR",
    "prompt_version": "VARCHAR",
}

# The four input and output counters are disjoint: a source whose input counts include
# cached tokens subtracts them. Reasoning tokens are part of the output.
TOKENS = {
    "input_uncached_tokens": "BIGINT",
    "input_cache_read_tokens": "BIGINT",
    "input_cache_write_tokens": "BIGINT",
    "output_tokens": "BIGINT",
    "reasoning_tokens": "BIGINT",
}

# One row per window and caller. request_count has every call, the failed, the retried
# (a later call stood in for it), the truncated (answered, and cut off at the limit of
# output tokens) and those that a cache of the owner's answered among them. latency_ms
# is the sum over the calls that latency_request_count counts.
# gateway_cost is what a gateway's price list made of it: an estimate, no bill.
MODEL_USAGE: Mapping[str, str] = (
    {"window_start": "TIMESTAMP", "window_end": "TIMESTAMP"}
    | CALLER
    | TOKENS
    | {
        "request_count": "BIGINT",
        "failed_request_count": "BIGINT",
        "retried_request_count": "BIGINT",
        "cache_served_request_count": "BIGINT",
        "truncated_request_count": "BIGINT",
        "truncated_output_tokens": "BIGINT",
        "latency_ms": "BIGINT",
        "latency_request_count": "BIGINT",
        "gateway_cost": MONEY,
        "gateway_cost_currency": "VARCHAR",
        "other_quantity": MONEY,
        "other_unit": "VARCHAR",
        "inputs_include_cached": "BOOLEAN",
    }
    | ORIGIN
)

# Single calls, for percentiles: of each day and caller at most a few hundred, the same
# ones every time (those whose ids hash lowest). Each stands for sample_weight calls.
MODEL_REQUESTS: Mapping[str, str] = (
    {"requested_at": "TIMESTAMP", "request_id": "VARCHAR"}
    | CALLER
    | TOKENS
    | {
        "latency_ms": "BIGINT",
        "time_to_first_token_ms": "BIGINT",
        "is_served": "BOOLEAN",
        "sample_weight": MONEY,
    }
    | ORIGIN
)

# One row per day, caller and session: the calls of one conversation or agent run.
MODEL_SESSIONS: Mapping[str, str] = (
    {
        "usage_date": "DATE",
        "session_id": "VARCHAR",
        "session_name": "VARCHAR",
        "outcome": "VARCHAR",
    }
    | CALLER
    | TOKENS
    | {"request_count": "BIGINT", "failed_request_count": "BIGINT"}
    | ORIGIN
)

# One row per hour and GPU (or MIG slice: gpu_fraction of one). A missing sample is not
# 0 %: observed_hours says for how much of the window there are samples, and busy_hours
# and allocated_hours are of those. Busy is the share of time in which the engine or the
# serving queue worked.
GPU_USAGE: Mapping[str, str] = {
    "window_start": "TIMESTAMP",
    "window_end": "TIMESTAMP",
    "cluster_name": "VARCHAR",
    "node_name": "VARCHAR",
    "resource_id": "VARCHAR",
    "gpu_id": "VARCHAR",
    "gpu_model": "VARCHAR",
    "mig_profile": "VARCHAR",
    "gpu_fraction": MONEY,
    "namespace": "VARCHAR",
    "pod_name": "VARCHAR",
    "workload_name": "VARCHAR",
    "observed_hours": MONEY,
    "allocated_hours": MONEY,
    "busy_hours": MONEY,
    "memory_used_gib_hours": MONEY,
    "memory_total_gib": MONEY,
    "kv_cache_used_ratio": MONEY,
    "energy_kwh": MONEY,
    "busy_signal": "VARCHAR",
} | ORIGIN

# Which resource serves which model when; valid_to is NULL while it still does.
DEPLOYMENTS: Mapping[str, str] = {
    "deployment_id": "VARCHAR",
    "model_id": "VARCHAR",
    "workload_name": "VARCHAR",
    "environment_name": "VARCHAR",
    "cluster_name": "VARCHAR",
    "namespace": "VARCHAR",
    "node_name": "VARCHAR",
    "resource_id": "VARCHAR",
    "gpu_count": MONEY,
    "precision": "VARCHAR",
    "decoding": "VARCHAR",
    "valid_from": "TIMESTAMP",
    "valid_to": "TIMESTAMP",
} | ORIGIN

# One row per window, cluster, node and pod or controller. Costs are the tool's own list
# prices: weights that split the node's bill, never money beside it.
KUBERNETES_ALLOCATION: Mapping[str, str] = {
    "window_start": "TIMESTAMP",
    "window_end": "TIMESTAMP",
    "cluster_name": "VARCHAR",
    "node_name": "VARCHAR",
    "resource_id": "VARCHAR",
    "namespace": "VARCHAR",
    "controller_kind": "VARCHAR",
    "controller_name": "VARCHAR",
    "pod_name": "VARCHAR",
    "labels": "JSON",
    "allocation_kind": "VARCHAR",
    "cpu_requested_core_hours": MONEY,
    "cpu_used_core_hours": MONEY,
    "memory_requested_gib_hours": MONEY,
    "memory_used_gib_hours": MONEY,
    "gpu_requested_hours": MONEY,
    "gpu_used_hours": MONEY,
    "cpu_weight": MONEY,
    "memory_weight": MONEY,
    "gpu_weight": MONEY,
    "storage_weight": MONEY,
    "network_weight": MONEY,
    "other_weight": MONEY,
} | ORIGIN

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
} | ORIGIN

# One row per value that a run logged: of which metric, at which step and when.
TRAINING_METRICS: Mapping[str, str] = {
    "run_id": "VARCHAR",
    "step": "BIGINT",
    "epoch": MONEY,
    "metric_name": "VARCHAR",
    "metric_value": "DOUBLE",
    "logged_at": "TIMESTAMP",
} | ORIGIN

# What a run may take: one row per plan. run_name_pattern names one run, or with '*' the
# runs that share the plan; without it the plan is that of a whole experiment.
RUN_PLANS: Mapping[str, str] = {
    "plan_id": "VARCHAR",
    "run_name_pattern": "VARCHAR",
    "experiment_name": "VARCHAR",
    "project_name": "VARCHAR",
    "planned_start": "TIMESTAMP",
    "instance_type": "VARCHAR",
    "planned_gpu_hours": MONEY,
    "planned_cost": MONEY,
    "cost_cap": MONEY,
    "billing_currency": "VARCHAR",
    "planned_epoch_count": MONEY,
} | ORIGIN

# What a token costs by contract: one row per price or discount. '*' stands for every
# model, meter or tier; valid_to is exclusive, NULL where the price is open.
TOKEN_PRICES: Mapping[str, str] = {
    "provider_name": "VARCHAR",
    "model_id": "VARCHAR",
    "sku_meter": "VARCHAR",
    "processing_tier": "VARCHAR",
    "valid_from": "DATE",
    "valid_to": "DATE",
    "price_per_1m_tokens": MONEY,
    "discount_ratio": MONEY,
    "billing_currency": "VARCHAR",
    "contract_id": "VARCHAR",
} | ORIGIN

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
    "model_requests": MODEL_REQUESTS,
    "model_sessions": MODEL_SESSIONS,
    "gpu_usage": GPU_USAGE,
    "deployments": DEPLOYMENTS,
    "model_variants": MODEL_VARIANTS,
    "kubernetes_allocation": KUBERNETES_ALLOCATION,
    "training_attempts": TRAINING_ATTEMPTS,
    "training_metrics": TRAINING_METRICS,
    "run_plans": RUN_PLANS,
    "token_prices": TOKEN_PRICES,
    "ownership_rules": OWNERSHIP_RULES,
    "shared_cost_rules": SHARED_COST_RULES,
    "budgets": BUDGETS,
    "optimisations": OPTIMISATIONS,
    "trade_options": TRADE_OPTIONS,
    "business_values": BUSINESS_VALUES,
    "storage_access": STORAGE_ACCESS,
    "pipeline_runs": PIPELINE_RUNS,
    "native_totals": NATIVE_TOTALS,
    "invoices": INVOICES,
}
