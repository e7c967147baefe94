"""The reference tables: what each is, what it is made from, and what writes it.

Belongs here: the list of them. Does not belong here: how one is made, which is in the
module of its name, and what dbt does with it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from pipelines.reference.exchange_rates import record_exchange_rates
from pipelines.reference.list_prices import record_list_prices
from pipelines.reference.published_forecasts import record_published_forecasts
from pipelines.reference.published_totals import record_published_totals
from pipelines.reference.settings_used import record_settings
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """A small table that dbt reads beside the ledger.

    Attributes:
        name: of the table, its file and its asset.
        description: what a FinOps analyst reads in the Dagster UI.
        record: writes it, whole and atomically, and gives what was written.
        ledger: the tables of the ledger that it is made from.
        reference: the reference tables that it is made from.
    """

    name: str
    description: str
    record: Callable[[Settings], pa.Table]
    ledger: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()


REFERENCE_TABLES = (
    ReferenceTable(
        name="settings",
        description="What the owner set in unitmill.toml that moves a number.",
        record=record_settings,
    ),
    ReferenceTable(
        name="exchange_rates",
        description=(
            "Exchange rates into the reporting currency, by the ECB or by your own "
            "table: one for each currency and day of a charge or a business value. A "
            "day without a rate has no row, and a check of the marts names it."
        ),
        record=record_exchange_rates,
        ledger=("focus", "business_values"),
        reference=("settings",),
    ),
    ReferenceTable(
        name="list_prices",
        description=(
            "The vendors' dated list prices per million tokens, from genai-prices, of "
            "the models that bills or telemetry name and of those that could stand in "
            "for them."
        ),
        record=record_list_prices,
        ledger=("focus", "model_usage"),
    ),
    ReferenceTable(
        name="published_totals",
        description=(
            "What a month of a source cost by each published version; it "
            "outlives the versions, and restatements are measured by it."
        ),
        record=record_published_totals,
    ),
    ReferenceTable(
        name="published_forecasts",
        description=(
            "What each published version forecast; it outlives the versions, and "
            "forecasts are scored by it when the days have come."
        ),
        record=record_published_forecasts,
    ),
)


def record_all(settings: Settings) -> None:
    """Write every reference table."""
    for table in REFERENCE_TABLES:
        table.record(settings)
