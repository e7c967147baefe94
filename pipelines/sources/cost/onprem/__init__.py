"""On-premises machines: what they cost, from CSV files that their owner fills in.

Belongs here: the columns of the three files and the refusal of invalid cells
(``columns.py``), their months (``deliveries.py``) and what a machine costs on a day
(``convert.sql``), by straight-line depreciation as docs/sources/cost/onprem.md
describes it. Does not belong here: who uses a machine, and anything a vendor bills.
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.onprem.conversion import select, tally
from pipelines.sources.cost.onprem.deliveries import claims, drops

SOURCE = Source(
    name="onprem",
    table="focus",
    description=(
        "What self-hosted machines cost, on-premises and at the edge: one charge per "
        "machine or fleet, cost component and day. A newer file replaces the months "
        "that it names."
    ),
    expected=(
        "CSV of machines (machine_id, purchase_price, life_months, ...), of power "
        "(month, tariff_per_kwh, ...) or of running costs (month, component, ...)"
    ),
    claims=claims,
    drops=drops,
    select=select,
    restates="period",
    tally=tally,
)
