"""Google Cloud's billing export from BigQuery, standard or detailed, as FOCUS rows.

Belongs here: recognizing files and their months (``deliveries.py``), bringing every
format into one shape (``reading.py``), refusing invalid cells (``values.py``) and what
a row means (``convert.sql``). Does not belong here: Google's own FOCUS export, which
has other columns and is read by ``focus_export``.
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.gcp.conversion import select, tally
from pipelines.sources.cost.gcp.deliveries import claims, drops

SOURCE = Source(
    name="gcp",
    table="focus",
    description=(
        "What Google Cloud bills: the rows of a Cloud Billing export to BigQuery. "
        "Corrections and late rows come as more rows, so every file counts."
    ),
    expected=(
        "rows of a Cloud Billing export table, standard or detailed, that BigQuery "
        "exported as JSON or Parquet, or that somebody flattened to CSV "
        "(billing_account_id, service.description, usage_start_time, cost)"
    ),
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
    # 3: with cache writes for an hour apart, and rows that extracts share once.
    version=3,
)
