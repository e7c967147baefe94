"""Business values: what AI earned, saved or achieved, as its owner counts it.

No bill says what a cost was good for, so it is a CSV that a person or a script keeps.
A value is money where it has a ``currency``, else a number of its ``unit``.
"""

from collections.abc import Sequence

from pipelines.landing.source import Candidate, Context, Delivery, Source
from pipelines.sources.formats.csv_cells import TYPES, Known, listed, positions
from pipelines.sources.formats.keyed_list import Restated
from pipelines.sources.formats.package_files import text_beside

# From the strongest word to the weakest.
CONFIDENCE = ("measured", "estimated", "assumed")
KNOWN = (
    Known("date", TYPES["date"], is_needed=True),
    Known("metric_name", TYPES["text"], is_needed=True),
    Known("value", TYPES["amount"], is_needed=True),
    Known("unit", TYPES["text"], is_needed=False),
    Known("currency", TYPES["currency"], is_needed=False),
    Known("project_name", TYPES["text"], is_needed=False),
    Known("feature_name", TYPES["text"], is_needed=False),
    Known("tenant_id", TYPES["text"], is_needed=False),
    Known("environment_name", TYPES["text"], is_needed=False),
    Known("confidence", listed(CONFIDENCE), is_needed=False),
)
CHECKS = {
    "value": (
        "(unit is null) <> (currency is null)",
        "a currency beside it where it is money, a unit where it is not",
    ),
    "currency": ("currency is not null or metric_name <> 'revenue'", "that of revenue"),
}
VALUES = Restated(
    source="business_values",
    known=KNOWN,
    checks=CHECKS,
    dated="date",
    key=(
        "date",
        "metric_name",
        "unit",
        "currency",
        "project_name",
        "feature_name",
        "tenant_id",
        "environment_name",
    ),
    replaced="a newer row has the value",
)


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with a metric, its value and its confidence."""
    named = positions(candidate.columns).keys()
    telling = {"date", "metric_name", "value", "confidence"}
    return candidate.format == "csv" and named >= telling


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the values of a month, each from the newest row that has it."""
    sql = text_beside(__package__, "convert.sql")
    return sql.format(rows=VALUES.rows(deliveries, period))


SOURCE = Source(
    name="business_values",
    table="business_values",
    description="What AI earned, saved or achieved, from the owner's own list.",
    expected=f"CSV of {', '.join(column.name for column in KNOWN)}",
    claims=claims,
    drops=VALUES.drops,
    select=select,
    tally=VALUES.tally,
    restates="rows",
    is_list=True,
)
