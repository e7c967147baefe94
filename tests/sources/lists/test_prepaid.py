"""Prepaid credits: a purchase bills, use draws, and what expired is not lost."""

import csv
import io
from decimal import Decimal

import duckdb
import pytest

from pipelines.focus.conformance import evaluate
from pipelines.landing.candidates import sniff
from pipelines.landing.deliveries import scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.cost.anthropic import SOURCE as ANTHROPIC
from pipelines.sources.cost.openai import SOURCE as OPENAI
from pipelines.sources.cost.openrouter import SOURCE as OPENROUTER
from pipelines.sources.lists.prepaid import SOURCE
from pipelines.sources.lists.prepaid.files import known
from pipelines.sources.registry import all_sources

SAMPLES = PROJECT_DIR / "sample_exports"
BASE = {
    "vendor": "OpenRouter",
    "ledger_source": "openrouter",
    "billing_account_id": "openrouter",
    "invoice_id": "R-1",
    "purchased_on": "2026-08-03",
    "currency": "USD",
    "amount": "10.00",
}
COSTS = "ChargeCategory, SkuMeter, BilledCost, EffectiveCost, x_SourceCost"


def credit_file(*rows):
    """Write purchases, each that of BASE with other cells as said."""
    text = io.StringIO()
    header = [column.name for column in known()]
    writer = csv.DictWriter(text, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(BASE | row for row in rows)
    return text.getvalue()


@pytest.fixture
def put_credits(put):
    def write(*rows, name="credits.csv", hour=0):
        return put(name, credit_file(*rows), hour=hour)

    return write


def test_a_purchase_is_billed_and_its_fee_effective_at_once(put_credits, convert):
    put_credits({"fee": "0.80", "tax": "1.03"})

    rows = convert(SOURCE, "2026-08", COSTS)

    fee, tax = Decimal("0.8"), Decimal("1.03")
    assert rows == [
        ("Purchase", "Credit Fee", fee, fee, fee),
        ("Purchase", "Credits", 10, 0, 10),
        ("Tax", None, tax, tax, tax),
    ]


def test_a_purchase_stands_under_the_source_that_it_pays_for(put_credits, convert):
    put_credits({"credits": "1000", "expires_on": "2027-08-03"})

    rows = convert(
        SOURCE,
        "2026-08",
        "x_SourceName, ServiceProviderName, InvoiceId, BillingAccountId, "
        "PricingQuantity, PricingUnit, ChargePeriodStart::varchar, ChargeFrequency, "
        "x_CreditsExpireOn::varchar",
    )

    paid_for = ("openrouter", "OpenRouter", "R-1", "openrouter")
    when = ("2026-08-03 00:00:00", "One-Time", "2027-08-03")
    assert rows == [(*paid_for, 1000, "Credits", *when)]


def test_credits_that_expired_are_effective_in_the_month_of_their_end(
    put_credits, settings, convert
):
    put_credits({"expires_on": "2026-11-03", "expired_amount": "3.25"})

    assert scan(settings, [SOURCE]).periods(SOURCE) == ["2026-08", "2026-11"]
    lapsed = ("Usage", "Expired Credits", 0, Decimal("3.25"), 0)
    assert convert(SOURCE, "2026-11", COSTS) == [lapsed]
    assert convert(SOURCE, "2026-08", COSTS) == [("Purchase", "Credits", 10, 0, 10)]


def test_the_end_of_credits_is_another_delivery_than_their_purchase(
    put_credits, settings
):
    put_credits({"expires_on": "2026-11-03", "expired_amount": "3.25"})

    landing = scan(settings, [SOURCE])
    ids = {d.delivery_id for p in ("2026-08", "2026-11") for d in landing.of(SOURCE, p)}

    assert len(ids) == 2


def test_an_expiry_without_an_amount_is_not_guessed(put_credits, settings):
    put_credits({"expires_on": "2026-11-03"})

    assert scan(settings, [SOURCE]).periods(SOURCE) == ["2026-08"]


def test_a_newer_file_replaces_the_months_that_it_names(put_credits, convert):
    september = {"purchased_on": "2026-09-01", "invoice_id": "R-2"}
    put_credits({}, september, name="old.csv", hour=1)
    put_credits({"amount": "12"}, name="new.csv", hour=2)

    assert convert(SOURCE, "2026-08", "BilledCost") == [(12,)]
    assert convert(SOURCE, "2026-09", "BilledCost") == [(10,)]


@pytest.mark.parametrize(
    ("column", "value", "wanted"),
    [
        ("amount", "-10", "'-10', expected a number of 0 or more"),
        ("amount", "", "empty, expected a number of 0 or more"),
        ("fee", "free", "'free', expected a number of 0 or more"),
        ("purchased_on", "3.9.2026", "'3.9.2026', expected a date like"),
        ("currency", "US", "'US', expected a currency code of ISO 4217"),
        ("invoice_id", "R-1", "'R-1', expected an invoice that no other row"),
        ("ledger_source", "", "empty, expected a value"),
        ("expires_on", "2026-08-03", "'2026-08-03', expected a date after"),
        ("expired_amount", "1", "'1.000000', expected at most amount, beside"),
    ],
)
def test_a_purchase_that_cannot_be_is_refused(
    put_credits, settings, column, value, wanted
):
    put_credits({}, {"invoice_id": "R-2", column: value})

    landing = scan(settings, [SOURCE])
    said = [refusal.reason for refusal in landing.refusals]
    if not said:
        with pytest.raises(ExportError) as caught:
            write_partition(settings, SOURCE, landing.of(SOURCE, "2026-08"), "2026-08")
        said = [str(caught.value)]

    assert f"credits.csv, row 2: {column} is {wanted}" in said[0]


def test_more_than_was_bought_cannot_expire(put_credits, settings):
    put_credits({"expires_on": "2026-11-03", "expired_amount": "10.01"})

    [refusal] = scan(settings, [SOURCE]).refusals

    assert "expired_amount is '10.010000', expected at most amount" in refusal.reason


def test_the_file_is_claimed_by_nobody_else(put_credits, settings):
    candidate = sniff(put_credits({}), settings.exports_dir)

    owners = [
        source.name for source in all_sources(settings) if source.claims(candidate)
    ]
    assert owners == ["prepaid"]


@pytest.mark.parametrize(
    ("source", "sample", "usual"),
    [
        (OPENAI, "openai/costs", "invoiced"),
        (ANTHROPIC, "anthropic/cost_report", "invoiced"),
        (OPENROUTER, "openrouter", "prepaid"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_use_that_credits_pay_for_bills_nothing_and_costs_the_same(
    settings, convert, source, sample, usual
):
    sums = "sum(BilledCost), sum(x_SourceCost), sum(EffectiveCost), sum(ListCost)"

    def converted(**chosen):
        given = {source.name: chosen} if chosen else {}
        places = {"exports": SAMPLES / sample, "home": settings.home_dir}
        return convert(source, "2026-09", sums, Settings(**places, **given))

    [invoiced] = converted(billing="invoiced")
    [prepaid] = converted(billing="prepaid")

    assert invoiced[2] > 1
    assert invoiced == (invoiced[2],) * 4
    assert prepaid == (0, 0, invoiced[2], invoiced[2])
    assert converted() == [{"invoiced": invoiced, "prepaid": prepaid}[usual]]


def test_another_choice_makes_the_months_anew(tmp_path):
    def chosen(billing):
        settings = Settings(home=tmp_path, openai={"billing": billing})
        return next(s.chosen for s in all_sources(settings) if s.name == "openai")

    assert chosen("invoiced") == chosen("invoiced") != chosen("prepaid")


@pytest.mark.parametrize(
    "rows",
    [
        (SAMPLES / "prepaid" / "prepaid_credits.csv").read_text().splitlines()[1:],
        credit_file(
            {
                "fee": "1",
                "tax": "2",
                "purchased_on": "2026-09-01",
                "expires_on": "2026-09-09",
                "expired_amount": "4",
            },
        ).splitlines()[1:],
    ],
    ids=["sample", "everything"],
)
def test_its_rows_keep_every_rule_of_focus(put, settings, rows):
    put("credits.csv", "\n".join([credit_file().strip(), *rows, ""]))
    landing = scan(settings, [SOURCE])
    deliveries = landing.of(SOURCE, "2026-09")

    partition = write_partition(settings, SOURCE, deliveries, "2026-09")

    with duckdb.connect() as db:
        judged = evaluate(db, f"read_parquet('{partition.files[0]}')")
    assert [judgement.rule.id for judgement in judged if judgement.failing] == []
