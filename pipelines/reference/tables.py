"""The reference tables: what each is, what it is made from, and what writes it.

Belongs here: the list of them. Does not belong here: how one is made, which is in the
module of its name, and what dbt does with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipelines.reference import (
    exchange_rates,
    list_prices,
    meanings,
    published_forecasts,
    published_totals,
    settings_used,
)
from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """A small table that dbt reads beside the ledger.

    Attributes:
        name: of the table, its file and its asset.
        description: what a FinOps analyst reads in the Dagster UI.
        record: writes it, whole and atomically, and gives what was written.
        schema: its columns and types.
        meanings: what each column says.
        ledger: the tables of the ledger that it is made from.
        reference: the reference tables that it is made from.
    """

    name: str
    description: str
    record: Callable[[Settings], pa.Table]
    schema: pa.Schema
    meanings: Mapping[str, str]
    ledger: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()


REFERENCE_TABLES = (
    ReferenceTable(
        name="settings",
        description="What the owner set in unitmill.toml that moves a number.",
        record=settings_used.record_settings,
        schema=settings_used.SCHEMA,
        meanings=meanings.SETTINGS,
    ),
    ReferenceTable(
        name="exchange_rates",
        description=(
            "Exchange rates into the reporting currency, by the ECB or by your own "
            "table: one for each currency and day of a charge or a business value. A "
            "day without a rate has no row, and a check of the marts names it."
        ),
        record=exchange_rates.record_exchange_rates,
        schema=exchange_rates.SCHEMA,
        meanings=meanings.EXCHANGE_RATES,
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
        record=list_prices.record_list_prices,
        schema=list_prices.SCHEMA,
        meanings=meanings.LIST_PRICES,
        ledger=("focus", "model_usage"),
    ),
    ReferenceTable(
        name="published_totals",
        description=(
            "What a month of a source cost by each published version; it "
            "outlives the versions, and restatements are measured by it."
        ),
        record=published_totals.record_published_totals,
        schema=published_totals.SCHEMA,
        meanings=meanings.PUBLISHED_TOTALS,
    ),
    ReferenceTable(
        name="published_forecasts",
        description=(
            "What each published version forecast; it outlives the versions, and "
            "forecasts are scored by it when the days have come."
        ),
        record=published_forecasts.record_published_forecasts,
        schema=published_forecasts.SCHEMA,
        meanings=meanings.PUBLISHED_FORECASTS,
    ),
)


def record_all(settings: Settings) -> None:
    """Write every reference table."""
    for table in REFERENCE_TABLES:
        table.record(settings)
