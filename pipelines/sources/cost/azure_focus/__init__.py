"""Azure's own FOCUS exports (1.0, 1.0r2, 1.2-preview, 1.2), lifted to FOCUS 1.4.

Belongs here: filling the gaps that Microsoft documents where the export itself has
enough data (``convert.sql``); the rest stays NULL. Does not belong here: cost details
(``azure``), what all exports of Azure share (``azure_exports``), and FOCUS files of
others (``focus_export``).
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.azure_focus.conversion import file_rows, select, tally
from pipelines.sources.cost.azure_focus.deliveries import claims, drops

SOURCE = Source(
    name="azure_focus",
    table="focus",
    description=(
        "What Azure bills, by its own FOCUS export (1.0 to 1.2): one row per row of "
        "the export, in the columns of FOCUS 1.4 and with its known gaps closed."
    ),
    expected=(
        "cost and usage in FOCUS columns that Azure Cost Management exports (CSV, CSV "
        "in gzip, Parquet), or the manifest.json of such a run"
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
