"""Azure cost details, actual and amortized, as FOCUS rows.

``deliveries.py`` tells the two books of a bill apart, ``conversion.py`` brings them
together, ``convert.sql`` says what a row means. Nothing here knows another vendor,
dbt, Dagster or where the rows go.
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.azure.conversion import select, tally
from pipelines.sources.cost.azure.deliveries import claims, drops

SOURCE = Source(
    name="azure",
    table="focus",
    description=(
        "What Azure bills: cost details of an enterprise agreement, a customer "
        "agreement or a pay-as-you-go account. Actual and amortized costs of a month "
        "are one bill."
    ),
    expected=(
        "cost details that Azure Cost Management exports, actual or amortized (CSV, "
        "CSV in gzip, Parquet), or the manifest.json of such a run"
    ),
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="period",
)
