"""Cells of Parquet that have their type are taken as they are, and judged alike."""

from decimal import Decimal

import pytest

from pipelines.landing.source import ExportError
from pipelines.ledger.connection import connect
from pipelines.sources.usage.call_log import SOURCES

USAGE = SOURCES[0]
# The times are 08:30, 09:00 and 09:59 in UTC; 1.5 + 0.25 dollars; one of three failed.
CALLS = """
    select * from (values
        ('a', {time} '2026-08-03 08:30:00', 'OpenAI', 10::{count}, false, {cost}),
        ('b', {time} '2026-08-03 09:00:00', 'OpenAI', 20::{count}, false, {cost}),
        ('c', {time} '2026-08-03 09:59:59', 'OpenAI', null, true, {other}),
        ('d', {time} '2026-09-01 00:00:00', 'OpenAI', 40::{count}, false, {cost})
    ) as t (
        request_id, requested_at, provider_name, output_tokens, is_failed, gateway_cost
    )
"""
TYPES = [
    {"time": "timestamp", "count": "bigint", "cost": "1.5::decimal(10, 2)"},
    {"time": "timestamp", "count": "utinyint", "cost": "1.5::double"},
    {"time": "timestamp_ms", "count": "ubigint", "cost": "1.5::decimal(38, 13)"},
    {"time": "timestamp_ns", "count": "double", "cost": "1.5::decimal(4, 2)"},
    {"time": "timestamptz", "count": "integer", "cost": "'1.5'"},
    {"time": "", "count": "varchar", "cost": "'1.5'"},
]


@pytest.fixture
def log(settings):
    """Write a SELECT as a log in Parquet."""
    settings.exports_dir.mkdir(parents=True, exist_ok=True)

    def write(select, name="calls.parquet"):
        with connect(settings) as db:
            db.execute(
                f"copy ({select}) to '{settings.exports_dir / name}' (format parquet)"
            )

    return write


@pytest.mark.parametrize("types", TYPES, ids=lambda types: " ".join(types.values()))
def test_a_cell_says_the_same_in_whatever_type(types, log, convert):
    log(CALLS.format(**types, other=types["cost"].replace("1.5", "0.25")))

    rows = convert(
        USAGE,
        "2026-08",
        "window_start::varchar, output_tokens, request_count, failed_request_count, "
        "gateway_cost, source_row_number",
    )

    assert rows == [
        ("2026-08-03 08:00:00", 10, 1, 0, Decimal("1.5"), 1),
        ("2026-08-03 09:00:00", 20, 2, 1, Decimal("1.75"), 2),
    ]
    september = convert(USAGE, "2026-09", "output_tokens, source_row_number")
    assert september == [(40, 4)]


@pytest.mark.parametrize(
    ("tokens", "said"),
    [("9223372036854775808::ubigint", "9223372036854775808"), ("2.5::double", "2.5")],
)
def test_a_count_that_is_none_is_refused_by_its_place(tokens, said, log, convert):
    log(
        "select timestamp '2026-08-03' as requested_at, 'OpenAI' as provider_name, "
        f"unnest([1::{tokens.partition('::')[2]}, {tokens}]) as output_tokens"
    )

    with pytest.raises(
        ExportError,
        match=f"calls.parquet, row 2: output_tokens is '{said}', expected a whole",
    ):
        convert(USAGE, "2026-08", "*")


def test_a_count_below_zero_leaves_its_call_out(log, convert, reasons):
    log(
        "select timestamp '2026-08-03' as requested_at, 'OpenAI' as provider_name, "
        "unnest([-1, 7]) as output_tokens"
    )

    assert convert(USAGE, "2026-08", "output_tokens, request_count") == [(7, 1)]
    assert reasons() == {"a token count below zero": 1}


def test_a_row_without_a_time_is_refused_by_its_place(log, convert):
    log(
        "select unnest([timestamp '2026-08-03', null]) as requested_at, "
        "'OpenAI' as provider_name, 1 as output_tokens"
    )

    with pytest.raises(AssertionError, match="row 2: requested_at is empty"):
        convert(USAGE, "2026-08", "*")


def test_a_file_may_have_a_column_that_the_reader_has_too(log, convert):
    log(
        "select timestamp '2026-08-03' as requested_at, 'OpenAI' as provider_name, "
        "1 as output_tokens, 77 as file_row_number"
    )

    assert convert(USAGE, "2026-08", "output_tokens, source_row_number") == [(1, 1)]


def test_files_of_several_types_are_one_log(log, put, convert):
    log(CALLS.format(**TYPES[0], other="0.25"))
    log(CALLS.format(**TYPES[3], other="0.25").replace("('", "('x"), "b.parquet")
    put("c.csv", "requested_at,provider_name,output_tokens\n2026-08-03T09:10Z,AWS,5\n")

    rows = convert(USAGE, "2026-08", "hour(window_start), provider_name, output_tokens")

    assert sorted(rows) == [
        (8, "OpenAI", 10),
        (8, "OpenAI", 10),
        (9, "AWS", 5),
        (9, "OpenAI", 20),
        (9, "OpenAI", 20),
    ]
