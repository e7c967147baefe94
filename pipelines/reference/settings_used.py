"""The settings that move a number, as a one-row table that dbt models read."""

import json

import pyarrow as pa

from pipelines.landing.records import write_record
from pipelines.settings import Settings


def record_settings(settings: Settings) -> dict[str, object]:
    """Write the record, whole and atomically; give what was written."""
    values: dict[str, object] = {
        "tolerance_amount": settings.tolerance.amount,
        "tolerance_metered_share": settings.tolerance.metered_share,
        "reporting_currency": settings.currency.reporting,
        "currency_rule": settings.currency.rule,
        "closed_through": settings.closed_through,
        "node_tag": settings.training.node_tag,
        "epoch_gain_floor": settings.training.epoch_gain_floor,
        "aws_cost_basis": settings.aws.cost_basis,
        "kubernetes_idle": settings.kubernetes.idle,
        "unused_commitments": settings.allocation.unused_commitments,
        "least_coverage": settings.allocation.least_coverage,
        "unclassified_share": settings.allocation.unclassified_share,
        "forecast_settling_days": settings.forecast.settling_days,
        "forecast_least_days": settings.forecast.least_days,
        "forecast_floor": settings.forecast.floor,
        "anomaly_floor": settings.anomalies.floor,
        "anomaly_threshold": settings.anomalies.threshold,
        "anomaly_charge_categories": settings.anomalies.charge_categories,
        "commitment_notice_days": settings.alerts.commitment_notice_days,
        "token_drift_threshold": settings.alerts.token_drift_threshold,
        "token_drift_floor": settings.alerts.token_drift_floor,
        **settings.usage.model_dump(),
        **settings.scenarios.model_dump(),
        **{f"tag_{name}": json.dumps(said) for name, said in settings.tags},
        **settings.attribution.model_dump(),
    }
    schema = pa.schema(
        [
            ("tolerance_amount", pa.decimal128(38, 12)),
            ("tolerance_metered_share", pa.decimal128(38, 12)),
            ("reporting_currency", pa.string()),
            ("currency_rule", pa.string()),
            ("closed_through", pa.string()),
            ("node_tag", pa.string()),
            ("epoch_gain_floor", pa.decimal128(38, 12)),
            ("aws_cost_basis", pa.string()),
            ("kubernetes_idle", pa.string()),
            ("unused_commitments", pa.string()),
            ("least_coverage", pa.decimal128(38, 12)),
            ("unclassified_share", pa.decimal128(38, 12)),
            ("forecast_settling_days", pa.int32()),
            ("forecast_least_days", pa.int32()),
            ("forecast_floor", pa.decimal128(38, 12)),
            ("anomaly_floor", pa.decimal128(38, 12)),
            ("anomaly_threshold", pa.decimal128(38, 12)),
            ("anomaly_charge_categories", pa.list_(pa.string())),
            ("commitment_notice_days", pa.list_(pa.int32())),
            ("token_drift_threshold", pa.decimal128(38, 12)),
            ("token_drift_floor", pa.decimal128(38, 12)),
            ("least_observed", pa.decimal128(38, 12)),
            ("target_utilization", pa.decimal128(38, 12)),
            ("cold_after_days", pa.int64()),
            ("resolved_outcomes", pa.list_(pa.string())),
            ("small_model_share", pa.decimal128(38, 12)),
            ("batch_share", pa.decimal128(38, 12)),
            ("training_data_share", pa.decimal128(38, 12)),
            ("quality_tolerance", pa.decimal128(38, 12)),
            # JSON: lists and maps of tag keys and values.
            *(
                (f"tag_{name}", pa.string())
                for name in type(settings.tags).model_fields
            ),
            *((name, pa.string()) for name in type(settings.attribution).model_fields),
        ]
    )
    path = settings.settings_record
    write_record(path, pa.Table.from_pylist([values], schema=schema))
    return values
