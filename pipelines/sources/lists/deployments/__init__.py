"""Deployments: which machine serves which model when, as their owner writes it down.

No bill and no metric says it reliably, so it is a CSV that a person or a script keeps.
"""

from pipelines.landing.source import Candidate, Source
from pipelines.schema.tables import DEPLOYMENTS
from pipelines.sources.formats import logs
from pipelines.sources.formats.latest_by_key import NewestRows

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
ROWS = NewestRows(
    LOG,
    __package__,
    key="deployment_id, valid_from",
    replaced="a newer row has its deployment and start",
)


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with the columns that every row needs."""
    named = {column.strip().lower() for column in candidate.columns}
    return candidate.format == "csv" and named >= set(_NEEDED)


SOURCE = Source(
    name="deployments",
    table="deployments",
    description="Which machine serves which model when, from the owner's own list.",
    expected=f"CSV of {', '.join(_NEEDED)}, resource_id, node_name, ...",
    claims=claims,
    drops=ROWS.drops,
    select=ROWS.select,
    tally=ROWS.tally,
    restates="rows",
    version=2,
    is_list=True,
)
