"""The settings that a model of dbt reads, as a table of one row."""

import json

import pyarrow as pa

from pipelines.landing.records import write_record
from pipelines.settings import Settings

AMOUNT = pa.decimal128(38, 12)
NUMBER = pa.int32()
TEXT = pa.string()
TEXTS = pa.list_(TEXT)
# Column -> what it holds and where it is set: a section and a key.
COLUMNS = {
    "tolerance_amount": (AMOUNT, "tolerance.amount"),
    "tolerance_metered_share": (AMOUNT, "tolerance.metered_share"),
    "reporting_currency": (TEXT, "currency.reporting"),
    "currency_rule": (TEXT, "currency.rule"),
    "closed_through": (TEXT, "closed_through"),
    "node_tag": (TEXT, "training.node_tag"),
    "epoch_gain_floor": (AMOUNT, "training.epoch_gain_floor"),
    "aws_cost_basis": (TEXT, "aws.cost_basis"),
    "kubernetes_idle": (TEXT, "kubernetes.idle"),
    "unused_commitments": (TEXT, "allocation.unused_commitments"),
    "least_coverage": (AMOUNT, "allocation.least_coverage"),
    "unclassified_share": (AMOUNT, "allocation.unclassified_share"),
    "forecast_settling_days": (NUMBER, "forecast.settling_days"),
    "forecast_least_days": (NUMBER, "forecast.least_days"),
    "forecast_floor": (AMOUNT, "forecast.floor"),
    "anomaly_floor": (AMOUNT, "anomalies.floor"),
    "anomaly_threshold": (AMOUNT, "anomalies.threshold"),
    "anomaly_charge_categories": (TEXTS, "anomalies.charge_categories"),
    "commitment_notice_days": (pa.list_(NUMBER), "alerts.commitment_notice_days"),
    "token_drift_threshold": (AMOUNT, "alerts.token_drift_threshold"),
    "token_drift_floor": (AMOUNT, "alerts.token_drift_floor"),
    "least_observed": (AMOUNT, "usage.least_observed"),
    "target_utilization": (AMOUNT, "usage.target_utilization"),
    "output_token_weight": (AMOUNT, "usage.output_token_weight"),
    "cold_after_days": (pa.int64(), "usage.cold_after_days"),
    "resolved_outcomes": (TEXTS, "usage.resolved_outcomes"),
    "small_model_share": (AMOUNT, "scenarios.small_model_share"),
    "batch_share": (AMOUNT, "scenarios.batch_share"),
    "training_data_share": (AMOUNT, "scenarios.training_data_share"),
    "quality_tolerance": (AMOUNT, "scenarios.quality_tolerance"),
    "tag_required": (TEXT, "tags.required"),
    "tag_key_aliases": (TEXT, "tags.key_aliases"),
    "tag_value_aliases": (TEXT, "tags.value_aliases"),
    "tag_allowed_values": (TEXT, "tags.allowed_values"),
    "team_tag": (TEXT, "attribution.team_tag"),
    "project_tag": (TEXT, "attribution.project_tag"),
    "feature_tag": (TEXT, "attribution.feature_tag"),
    "tenant_tag": (TEXT, "attribution.tenant_tag"),
    "environment_tag": (TEXT, "attribution.environment_tag"),
}
SCHEMA = pa.schema([(name, kind) for name, (kind, _) in COLUMNS.items()])


def record_settings(settings: Settings) -> pa.Table:
    """Write the record, whole and atomically; give what was written."""
    chosen = settings.model_dump()
    row = {name: _value(chosen, key) for name, (_, key) in COLUMNS.items()}
    table = pa.Table.from_pylist([row], schema=SCHEMA)
    write_record(settings.reference_file("settings"), table)
    return table


def _value(chosen: dict[str, object], key: str) -> object:
    """Look a setting up; lists and maps of tags are written as JSON."""
    section, _, name = key.partition(".")
    value = chosen[section]
    if name:
        assert isinstance(value, dict)
        value = value[name]
    return json.dumps(value) if section == "tags" else value
