"""Files that already are FOCUS (1.0 to 1.4), of any provider, lifted to FOCUS 1.4.

Belongs here: renaming what the specification renamed, and repairs of exporters with
known faults (``flavours.py``). Does not belong here: calculating or filling in values;
what the file lacks stays NULL and shows in the conformance report. Formats with a
reader of their own (Azure's) are left to it.
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.focus_export.conversion import file_rows, select, tally
from pipelines.sources.cost.focus_export.deliveries import claims, drops

SOURCE = Source(
    name="focus_export",
    table="focus",
    description=(
        "Bills that their provider already exports as FOCUS, versions 1.0 to 1.4: one "
        "row per row of the file, under the names of FOCUS 1.4."
    ),
    expected=(
        "CSV, JSON or Parquet with FOCUS columns "
        "(BilledCost, ChargeCategory, BillingPeriodStart, ChargePeriodStart)"
    ),
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    file_rows=file_rows,
    restates="period",
    version=3,
)
