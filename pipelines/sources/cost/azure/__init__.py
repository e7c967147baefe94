"""Azure cost details, actual and amortized, as FOCUS rows.

Belongs here: telling actual from amortized files (``deliveries.py``), combining the two
(``conversion.py``) and what a row means (``convert.sql``). Does not belong here: what
all exports of Azure share (``azure_exports``), and Azure's own FOCUS export
(``azure_focus``).
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.azure.conversion import file_rows, select, tally
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
        "cost details that Azure Cost Management exports, actual or amortized, as CSV, "
        "CSV in gzip or Parquet (SubscriptionId, ConsumedService, MeterCategory), or "
        "the manifest.json of such a run"
    ),
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    file_rows=file_rows,
    restates="period",
    # 2: with directions, tiers and models of names whose words are glued together.
    version=2,
)
