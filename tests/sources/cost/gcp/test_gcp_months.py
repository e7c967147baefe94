"""Invoice months and files: everything that was appended counts, once per content."""

from decimal import Decimal

from pipelines.landing.deliveries import scan
from pipelines.sources.cost.gcp import SOURCE


def test_equal_rows_are_charges_of_their_own(charged, row):
    assert charged("BilledCost", row(), row()) == [(Decimal(10),)] * 2


def test_every_file_of_a_month_counts_and_the_same_file_twice_counts_once(
    put, jsonl, row, convert
):
    put("1.json", jsonl(row(cost="1")))
    put("again/1.json", jsonl(row(cost="1")))
    put("2.json", jsonl(row(cost="2")))

    rows = convert(SOURCE, "2026-09", "BilledCost")

    assert rows == [(Decimal(1),), (Decimal(2),)]


def test_a_file_may_hold_several_invoice_months(put, jsonl, row, convert):
    put("1.json", jsonl(row(cost="1"), row(cost="2", invoice={"month": "202610"})))

    assert convert(SOURCE, "2026-09", "BilledCost") == [(Decimal(1),)]
    assert convert(SOURCE, "2026-10", "BilledCost, x_SourceRowNumber") == [
        (Decimal(2), 2)
    ]


def test_the_month_is_the_invoices_not_that_of_the_hour(charged, row):
    late = row(
        usage_start_time="2026-10-01T06:00:00Z", usage_end_time="2026-10-01T09:00:00+02"
    )

    rows = charged(
        "cast([BillingPeriodStart, BillingPeriodEnd, ChargePeriodStart, "
        "ChargePeriodEnd] as text)",
        late,
    )

    times = [
        "2026-09-01 00:00:00",
        "2026-10-01 00:00:00",
        "2026-10-01 06:00:00",
        "2026-10-01 07:00:00",
    ]
    assert rows == [(str(times),)]


def test_a_charge_of_a_moment_gets_an_hour(charged, row):
    moment = row(usage_end_time="2026-09-03 10:00:00 UTC")

    assert charged("cast(ChargePeriodEnd as text)", moment) == [
        ("2026-09-03 11:00:00",)
    ]


def test_a_delivery_is_dated_by_its_last_export(put, jsonl, row, settings):
    put("1.json", jsonl(row(), row(export_time="2026-09-09 01:02:03 UTC")))

    [delivery] = scan(settings, [SOURCE]).deliveries

    assert f"{delivery.delivered_at:%Y-%m-%d %H:%M:%S %Z}" == "2026-09-09 01:02:03 UTC"
    assert delivery.periods == ("2026-09",)
