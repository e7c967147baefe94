"""Business values: what AI earned, saved or achieved, as its owner counts it.

No bill says what a cost was good for, so it is a CSV that a person or a script keeps.
A value is money where it has a ``currency``, else a number of its ``unit``.
"""

from collections.abc import Iterator, Sequence
from importlib.resources import files

from pipelines.envelopes.filled_in import (
    PLACE,
    TYPES,
    Known,
    listed,
    of_all,
    positions,
    refuse_missing,
    scan,
    typed,
)
from pipelines.envelopes.months import Dated, months_of
from pipelines.landing.source import (
    Candidate,
    Context,
    Delivery,
    Drop,
    Source,
    counted,
    quoted,
)

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


def claims(candidate: Candidate) -> bool:
    """Claim CSV files with a metric, its value and its confidence."""
    named = positions(candidate.columns).keys()
    telling = {"date", "metric_name", "value", "confidence"}
    return candidate.format == "csv" and named >= telling


def drops(candidates: Sequence[Candidate]) -> Iterator[Drop]:
    """Take each file as a drop; a newer file's value replaces an older one's.

    Raises:
        ExportError: a column is missing or a row has no date.
    """
    for file in candidates:
        refuse_missing("business_values", file, KNOWN)
        dated = Dated(
            source="business_values",
            file=file.name,
            rows=scan(file.path, KNOWN),
            month=f"strftime({TYPES['date'].of('date')}, '%Y-%m')",
            said="date",
            column="date",
            expected=TYPES["date"].wanted,
        )
        yield Drop((file,), months_of(dated, file), "", file.modified)


def select(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Give the values of a month, each from the newest row that has it."""
    sql = files("pipelines.telemetry.business_values").joinpath("convert.sql")
    return sql.read_text("utf-8").format(rows=_rows(deliveries, period))


def tally(_: Context, deliveries: Sequence[Delivery], period: str) -> str:
    """Count the values of a month, those apart that a newer row has again."""
    return counted(
        _rows(deliveries, period),
        "case when not is_newest then 'a newer row has the value' end",
    )


def _rows(deliveries: Sequence[Delivery], period: str) -> str:
    rows = typed(of_all(deliveries, KNOWN), KNOWN, CHECKS, f"age, {PLACE}")
    return f"""
        select
            *,
            row_number() over (
                partition by
                    date, metric_name, unit, currency, project_name, feature_name,
                    tenant_id, environment_name
                order by age desc, row_number desc
            ) = 1 as is_newest
        from ({rows})
        where strftime(date, '%Y-%m') = {quoted(period)}
    """


SOURCE = Source(
    name="business_values",
    table="business_values",
    description="What AI earned, saved or achieved, from the owner's own list.",
    expected=f"CSV of {', '.join(column.name for column in KNOWN)}",
    claims=claims,
    drops=drops,
    select=select,
    tally=tally,
    restates="rows",
    is_list=True,
)
