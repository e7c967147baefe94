"""The values that MLflow's runs logged, one row each, from its SQLite store.

``search_runs()`` saved as CSV has no history. What MLflow measures of the machine
(``system/...``) is no metric of the training; ``epoch`` and ``checkpoint_step``
describe other rows and are none themselves.
"""

from collections.abc import Iterator, Sequence

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    Source,
    counted,
    quoted,
)
from pipelines.sources.formats.package_files import text_beside
from pipelines.sources.usage.mlflow import store

# A newer store has a run's whole history again. A value without a time is in the first
# month of its store.
VALUES = """
select
    *,
    case
        when metric_value is null then 'a value that is no number'
        when logged_ms is null then 'a time that is none'
        when rank() over (partition by run_id, month order by export_order desc) > 1
            then 'a newer export has it'
    end as left_out
from (
    select
        *,
        make_timestamp(logged_ms * 1000) as logged_at,
        coalesce(
            strftime(make_timestamp(logged_ms * 1000), '%Y-%m'), first_month
        ) as month
    from ({values})
)
"""


def claims(candidate: Candidate) -> bool:
    """Claim MLflow's SQLite stores."""
    return candidate.format == "sqlite" and store.is_store(candidate.path)


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Take each store as a drop of its own.

    Raises:
        ExportError: a store cannot be read.
    """
    for candidate in candidates:
        yield Drop(
            files=(candidate,),
            periods=store.metric_periods(candidate.path, candidate.name),
            scope="",
            delivered_at=candidate.modified,
        )


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the values that were logged in a month, each from its newest export."""
    sql = text_beside(__package__, "metrics.sql")
    return sql.format(values=_values(context, deliveries), period=quoted(period))


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the values of a month, those apart that a newer export has again."""
    rows = f"select * from ({_values(context, deliveries)}) where month = "
    return counted(rows + quoted(period), "left_out")


def _values(context: Context, deliveries: Sequence[Delivery]) -> str:
    """Give all values, the month of each, and why it is left out."""
    parts = []
    for order, delivery in enumerate(deliveries):
        name = f"mlflow_metrics_{order}"
        context.db.register(name, store.metrics(delivery.files[0]))
        parts.append(
            f"select *, {order} as export_order, {quoted(delivery.delivery_id)} as "
            f"delivery_id, {quoted(min(delivery.periods, default=''))} as first_month, "
            f"row_number() over () as row_number from {name}"
        )
    return VALUES.format(values=" union all ".join(parts))


SOURCE = Source(
    name="mlflow_metrics",
    table="training_metrics",
    description="What MLflow's runs logged: losses, accuracies and the like, by step.",
    expected="MLflow's SQLite store",
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
    version=2,
    family="mlflow",
)
