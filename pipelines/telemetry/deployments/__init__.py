"""Deployments: which machine serves which model when, as their owner writes it down.

No bill and no metric says it reliably, so it is a CSV that a person or a script keeps.
"""

from collections.abc import Sequence
from functools import partial
from importlib.resources import files

from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Source,
    counted,
)
from pipelines.telemetry.requests import logs
from pipelines.telemetry.tables import DEPLOYMENTS

_NEEDED = ("deployment_id", "model_id", "valid_from")
_KINDS = {"valid_from": "time", "valid_to": "time", "gpu_count": "amount"}
_WRITTEN_BY_US = {"source_name", "delivery_id", "source_row_number"}
LOG = logs.Log(
    source="deployments",
    time="valid_from",
    columns={
        name: _KINDS.get(name, "text")
        for name in DEPLOYMENTS
        if name not in _WRITTEN_BY_US
    },
    needed=("deployment_id", "model_id"),
)
# A newer file corrects a stretch by its deployment and its start.
NEWEST = """
    select
        *,
        case when row_number() over (
            partition by deployment_id, valid_from order by age desc, row_number desc
        ) > 1 then 'a newer row has its deployment and start' end as left_out
    from ({rows})
"""


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with the columns that every row needs."""
    named = {column.strip().lower() for column in candidate.columns}
    return candidate.format == "csv" and named >= set(_NEEDED)


def select(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the deployments that began in a month."""
    del context
    sql = files("pipelines.telemetry.deployments").joinpath("convert.sql")
    return sql.read_text("utf-8").format(rows=_rows(deliveries, period))


def tally(context: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of a month, those apart that a newer row corrects."""
    del context
    return counted(_rows(deliveries, period), "left_out")


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    return NEWEST.format(rows=logs.rows(LOG, deliveries, period))


SOURCE = Source(
    name="deployments",
    table="deployments",
    description="Which machine serves which model when, from the owner's own list.",
    expected=f"CSV of {', '.join(_NEEDED)}, resource_id, node_name, ...",
    claims=claims,
    drops=partial(logs.drops, LOG),
    select=select,
    tally=tally,
    restates="rows",
    is_list=True,
)
