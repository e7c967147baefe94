"""Storage access: what is stored where, and when it was last read.

No bill says when data was read. An inventory of the store does (S3 Inventory and
Storage Lens, Azure's blob inventory, a script), which its owner writes into these
columns.
"""

from collections.abc import Sequence
from functools import partial
from importlib.resources import files

from pipelines.envelopes.filled_in import positions
from pipelines.landing.source import Candidate, Context, Delivery, Source, counted
from pipelines.telemetry.requests import logs

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
# A newer file corrects what it has again.
NEWEST = """
    select
        *,
        case when row_number() over (
            partition by cast(date as date), resource_id, prefix, storage_tier
            order by age desc, row_number desc
        ) > 1 then 'a newer row has its day, resource, prefix and tier' end as left_out
    from ({rows})
"""


def claims(candidate: Candidate) -> bool:
    """Claim tables of a day, a resource and what it stored, with the last read."""
    named = positions(candidate.columns).keys()
    return candidate.format != "json" and named >= {*_NEEDED, "last_read_on"}


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the inventories of a month."""
    sql = files("pipelines.telemetry.storage_access").joinpath("convert.sql")
    return sql.read_text("utf-8").format(rows=_rows(deliveries, period))


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the rows of a month, those apart that a newer row corrects."""
    return counted(_rows(deliveries, period), "left_out")


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    return NEWEST.format(rows=logs.rows(LOG, deliveries, period))


SOURCE = Source(
    name="storage_access",
    table="storage_access",
    description="What is stored where, and when it was last read, from an inventory.",
    expected=f"CSV or Parquet of {', '.join(_NEEDED)}, last_read_on, ...",
    claims=claims,
    drops=partial(logs.drops, LOG),
    select=select,
    tally=tally,
    restates="rows",
    is_list=True,
)
