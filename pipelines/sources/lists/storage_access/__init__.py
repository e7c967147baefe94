"""Storage access: what is stored where, and when it was last read.

No bill says when data was read. An inventory of the store does (S3 Inventory and
Storage Lens, Azure's blob inventory, a script), which its owner writes into these
columns.
"""

from pipelines.landing.source import Candidate, Source
from pipelines.sources.formats import logs
from pipelines.sources.formats.csv_cells import positions
from pipelines.sources.formats.latest_by_key import NewestRows

_NEEDED = ("date", "resource_id", "stored_gb")
LOG = logs.Log(
    source="storage_access",
    time="date",
    columns={
        "date": "time",
        "resource_id": "text",
        "prefix": "text",
        "dataset_name": "text",
        "storage_tier": "text",
        "stored_gb": "amount",
        "object_count": "count",
        "read_count": "count",
        "read_gb": "amount",
        "last_read_on": "time",
        "lifecycle_rule": "text",
    },
    needed=_NEEDED,
    stated=_NEEDED,
)
ROWS = NewestRows(
    LOG,
    __package__,
    key="cast(date as date), resource_id, prefix, storage_tier",
    replaced="a newer row has its day, resource, prefix and tier",
)


def claims(candidate: Candidate) -> bool:
    """Claim tables of a day, a resource and what it stored, with the last read."""
    named = positions(candidate.columns).keys()
    return candidate.format != "json" and named >= {*_NEEDED, "last_read_on"}


SOURCE = Source(
    name="storage_access",
    table="storage_access",
    description="What is stored where, and when it was last read, from an inventory.",
    expected=f"CSV or Parquet of {', '.join(_NEEDED)}, last_read_on, ...",
    claims=claims,
    drops=ROWS.drops,
    select=ROWS.select,
    tally=ROWS.tally,
    restates="rows",
    is_list=True,
)
