"""The owner's list of what AI was good for: revenue, savings, outcomes."""

from decimal import Decimal

import pytest

from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.sources.lists.business_values import BUSINESS_VALUES

SOURCE = BUSINESS_VALUES.as_source()

HEADER = ",".join(column.name for column in BUSINESS_VALUES.columns) + "\n"
SOLD = "2026-10-01,revenue,5200.25,,USD,chatbot,answers,contoso,production,estimated\n"
SOLVED = "2026-10-31,resolved_conversations,7900,conversations,,chatbot,,,,measured\n"


def test_money_has_a_currency_and_an_outcome_its_unit(put, convert):
    put("values.csv", HEADER + SOLD + SOLVED)

    rows = convert(
        SOURCE,
        "2026-10",
        "value_date::text, metric_name, value, unit, currency, project_name, "
        "feature_name, tenant_id, environment_name, confidence, source_row_number",
    )

    assert rows == [
        (
            "2026-10-01",
            "revenue",
            Decimal("5200.25"),
            None,
            "USD",
            "chatbot",
            "answers",
            "contoso",
            "production",
            "estimated",
            1,
        ),
        (
            "2026-10-31",
            "resolved_conversations",
            Decimal(7900),
            "conversations",
            None,
            "chatbot",
            None,
            None,
            None,
            "measured",
            2,
        ),
    ]


def test_a_confidence_that_is_not_stated_is_unknown_to_the_ledger(put, convert):
    """What it counts as is said in staging."""
    put("values.csv", HEADER + SOLD.replace("estimated", ""))

    assert convert(SOURCE, "2026-10", "confidence") == [(None,)]


def test_what_is_taken_back_is_below_0(put, convert):
    put("values.csv", HEADER + SOLD.replace("5200.25", "-100"))

    assert convert(SOURCE, "2026-10", "value") == [(Decimal(-100),)]


def test_a_list_needs_only_the_columns_that_every_row_needs(put, convert):
    put(
        "values.csv",
        "Date,metric_name,value,currency,confidence\n2026-10-01,revenue,5,USD,\n",
    )

    assert convert(SOURCE, "2026-10", "value, project_name") == [(Decimal(5), None)]


def test_a_newer_file_corrects_a_value_and_no_other(put, convert, reasons):
    put("old.csv", HEADER + SOLD + SOLVED, hour=1)
    put("new.csv", HEADER + SOLD.replace("5200.25", "5300"), hour=2)

    assert convert(SOURCE, "2026-10", "metric_name, value") == [
        ("resolved_conversations", Decimal(7900)),
        ("revenue", Decimal(5300)),
    ]
    assert reasons() == {"a newer row has the value": 1}


def test_each_month_has_its_values(put, convert):
    put("values.csv", HEADER + SOLD + SOLD.replace("2026-10-01", "2026-09-30"))

    for month, day in (("2026-09", "2026-09-30"), ("2026-10", "2026-10-01")):
        assert convert(SOURCE, month, "value_date::text") == [(day,)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (SOLD.replace("5200.25", '"1,5"'), "value is '1,5', expected a number"),
        (SOLD.replace("5200.25", "much"), "value is 'much', expected a number"),
        (
            SOLD.replace(",,USD", ",dollars,USD"),
            "value is '5200.25.*', expected a curr",
        ),
        (SOLVED.replace("conversations,,", ",,"), "value is '7900.*', expected a curr"),
        (
            SOLVED.replace("resolved_conversations", "revenue"),
            "currency is empty, expected that of revenue",
        ),
        (SOLD.replace("USD", "dollar"), "currency is 'dollar', expected a currency"),
        (SOLD.replace("estimated", "sure"), "confidence is 'sure', expected one of m"),
        (SOLD.replace("revenue", ""), "metric_name is empty, expected a value"),
    ],
)
def test_a_cell_that_cannot_be_true_stops_the_month_by_file_and_row(
    row, said, put, settings
):
    put("values.csv", HEADER + row)
    landing = scan(settings, [SOURCE])

    with pytest.raises(ExportError, match=rf"values.csv, row 1: {said}"):
        write_partition(settings, SOURCE, landing.of(SOURCE, "2026-10"), "2026-10")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER + SOLD.replace("2026-10-01", "October"), "date is 'October', expected"),
        (HEADER + SOLD.replace("2026-10-01", ""), "date is empty, expected a date"),
    ],
)
def test_a_row_without_a_day_is_refused_by_file_and_row(content, said, put, settings):
    put("finance/values.csv", content)

    [refusal] = scan(settings, [SOURCE]).refusals

    assert f"finance/values.csv, row 1: {said}" in refusal.reason
