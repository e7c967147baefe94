"""AWS Cost and Usage Reports, legacy and CUR 2.0, as FOCUS rows.

Belongs here: recognizing files and drops (``deliveries.py``), their columns
(``columns.py``), bringing them into one shape (``reading.py``, ``values.py``) and what
a line item means (``convert.sql``). Does not belong here: AWS's own FOCUS export
(``focus_export``), Bedrock's logs (``sources.usage.bedrock_logs``).
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.aws.conversion import select, tally
from pipelines.sources.cost.aws.deliveries import claims, drops
from pipelines.sources.cost.aws.reading import file_rows

SOURCE = Source(
    name="aws",
    table="focus",
    description=(
        "What AWS bills: every line of the Cost and Usage Reports (legacy and 2.0), "
        "one FOCUS row per line, plus one for the unused part of a commitment's fee."
    ),
    expected=(
        "a Cost and Usage Report of AWS: legacy (CSV, CSV in gzip or zip, Parquet) or "
        "CUR 2.0 (CSV in gzip, Parquet), or its Manifest.json"
    ),
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    file_rows=file_rows,
    restates="period",
    # 3: with cache writes for an hour apart.
    version=3,
    uses=("aws.cost_basis",),
    compressions=("", "gzip", "zip"),
)
