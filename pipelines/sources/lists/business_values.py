"""Business values: what AI earned, saved or achieved, as its owner counts it.

A value is money where it has a ``currency``, else a number of its ``unit``.
"""

from pipelines.sources.formats.csv_cells import TYPES, Check, listed
from pipelines.sources.formats.owner_list import ListColumn, OwnerList

# From the strongest word to the weakest.
CONFIDENCE = ("measured", "estimated", "assumed")
BUSINESS_VALUES = OwnerList(
    name="business_values",
    description="What AI earned, saved or achieved, by its owner's count.",
    grain="One row per day, metric, unit or currency, and owner.",
    restates="rows",
    month_of="date",
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
    version=2,
    recognized_by=("date", "metric_name", "value", "confidence"),
    columns=(
        ListColumn(
            "date",
            TYPES["date"],
            "The day that the value is of.",
            required=True,
            stored_as="value_date",
        ),
        ListColumn(
            "metric_name",
            TYPES["text"],
            "`revenue`, or what the owner calls a benefit or an outcome.",
            required=True,
        ),
        ListColumn(
            "value",
            TYPES["amount"],
            "How much; below 0 where something is taken back.",
            required=True,
        ),
        ListColumn(
            "unit",
            TYPES["text"],
            "What is counted, such as conversations; blank where the value is money.",
        ),
        ListColumn(
            "currency",
            TYPES["currency"],
            "ISO 4217 currency of a value that is money; blank otherwise.",
            staged_as="billing_currency",
        ),
        ListColumn("project_name", TYPES["text"], "The project that it belongs to."),
        ListColumn("feature_name", TYPES["text"], "The feature that it belongs to."),
        ListColumn("tenant_id", TYPES["text"], "The customer that it comes from."),
        ListColumn(
            "environment_name", TYPES["text"], "The environment that it belongs to."
        ),
        ListColumn(
            "confidence",
            listed(CONFIDENCE),
            "How sure the value is.",
            blank="'assumed'",
        ),
    ),
    checks={
        "value": Check(
            "(unit is null) <> (currency is null)",
            "a currency beside it where it is money, a unit where it is not",
        ),
        "currency": Check(
            "currency is not null or metric_name <> 'revenue'",
            "that of revenue",
        ),
    },
)
