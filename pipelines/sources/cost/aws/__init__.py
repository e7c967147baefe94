"""AWS Cost and Usage Reports, legacy and CUR 2.0, as FOCUS rows.

``deliveries.py`` tells files and drops apart, ``columns.py`` knows their columns,
``reading.py`` and ``values.py`` make them alike, ``convert.sql`` says what they mean.
Nothing here knows another vendor, dbt, Dagster or where the rows go.
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.aws.conversion import select, tally
from pipelines.sources.cost.aws.deliveries import claims, drops

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
    restates="period",
    version=2,
    uses=("aws.cost_basis",),
)
