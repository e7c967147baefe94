"""The settings that move a number, as a one-row table that dbt models read."""

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
        "aws_cost_basis": settings.aws.cost_basis,
        "kubernetes_idle": settings.kubernetes.idle,
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
            ("aws_cost_basis", pa.string()),
            ("kubernetes_idle", pa.string()),
            *((name, pa.string()) for name in type(settings.attribution).model_fields),
        ]
    )
    path = settings.settings_record
    write_record(path, pa.Table.from_pylist([values], schema=schema))
    return values
