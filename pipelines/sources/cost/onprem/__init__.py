"""Machines of one's own: what they cost, from CSV files that their owner fills in.

``columns.py`` says what stands in the three files and refuses what cannot be true,
``deliveries.py`` recognises them and their months, ``convert.sql`` says what a machine
costs on a day. No vendor bills these rows; the
rules of straight-line depreciation are in docs/sources/cost/onprem.md.
"""

from pipelines.landing.source import Source
from pipelines.sources.cost.onprem.conversion import select, tally
from pipelines.sources.cost.onprem.deliveries import claims, drops

SOURCE = Source(
    name="onprem",
    table="focus",
    description=(
        "What machines of one's own cost, on premises and at the edge: one charge per "
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
