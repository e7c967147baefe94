"""An open month: vendors that deliver when they like, and charges of a whole month.

Zeche has 100 a day with two spikes six days apart, support of 900 on the 1st, seats of
50 on the 20th, and on 1 November 14,400 of a reservation that nobody used. It delivered
November to the 18th; Halm, 10 a day, delivered October alone.
"""

import csv
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipelines.publishing.versions import current
from pipelines.settings import CurrencySettings, Settings

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parents[1] / "golden"
DELIVERED = datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp()
BUDGETS = """\
budget_id,scope_type,scope_value,budget_amount,budget_currency,cost_basis,valid_from,valid_to
effective,provider,Zeche,18000,USD,effective,2026-11-01,2026-12-01
billed,provider,Zeche,5000,USD,billed,2026-11-01,2026-12-01
"""


def charge(vendor, day, cost, **fields):
    """Give a row of FOCUS: a day's usage, unless the fields say otherwise."""
    month = day.replace(day=1)
    after = (month + timedelta(days=32)).replace(day=1)
    start, days = fields.pop("start", day), fields.pop("days", 1)
    return {
        "BilledCost": cost,
        "BillingAccountId": vendor,
        "BillingAccountName": vendor,
        "BillingAccountType": "Account",
        "BillingCurrency": "USD",
        "BillingPeriodStart": f"{month}T00:00:00Z",
        "BillingPeriodEnd": f"{after}T00:00:00Z",
        "ChargeCategory": "Usage",
        "ChargeDescription": "compute",
        "ChargeFrequency": "Usage-Based",
        "ChargePeriodStart": f"{start}T00:00:00Z",
        "ChargePeriodEnd": f"{start + timedelta(days=days)}T00:00:00Z",
        "ConsumedQuantity": 1,
        "ConsumedUnit": "Hours",
        "ContractedCost": cost,
        "ContractedUnitPrice": cost,
        "EffectiveCost": cost,
        "HostProviderName": vendor,
        "InvoiceIssuerName": vendor,
        "ListCost": cost,
        "ListUnitPrice": cost,
        "PricingCategory": "Standard",
        "PricingCurrency": "USD",
        "PricingQuantity": 1,
        "PricingUnit": "Hours",
        "ServiceProviderName": vendor,
        "ServiceCategory": "Compute",
        "ServiceName": "GPU Cloud",
        "ServiceSubcategory": "Other (Compute)",
        "SkuId": fields.get("ChargeDescription", "compute"),
        "SkuPriceId": fields.get("ChargeDescription", "compute"),
        "SkuMeter": fields.get("ChargeDescription", "compute"),
        **fields,
    }


def fee(vendor, day, cost, name, **fields):
    """Give a purchase; nobody measures what it is of."""
    unmeasured = {"ConsumedQuantity": "", "ConsumedUnit": ""}
    return charge(
        vendor,
        day,
        cost,
        ChargeCategory="Purchase",
        ChargeDescription=name,
        ChargeFrequency="Recurring",
        **unmeasured,
        **fields,
    )


def written(folder, name, rows):
    file = folder / "focus" / f"{name}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns)
        writer.writeheader()
        writer.writerows(rows)
    os.utime(file, (DELIVERED, DELIVERED))


@pytest.fixture(scope="module")
def ask(tmp_path_factory, new_home, build):
    """Build the two months; give a way to ask what was published."""
    folder = tmp_path_factory.mktemp("open_month")
    exports = folder / "exports"
    october = [date(2026, 10, day) for day in range(1, 32)]
    spikes = {17: 1000, 23: 900}
    written(
        exports,
        "zeche-2026-10",
        [charge("Zeche", day, spikes.get(day.day, 100)) for day in october]
        + [fee("Zeche", october[0], 900, "support", days=31)]
        + [fee("Zeche", october[19], 50, "seats")],
    )
    november = [date(2026, 11, day) for day in range(1, 19)]
    unused = {
        "BilledCost": 0,
        "CommitmentDiscountCategory": "Usage",
        "CommitmentDiscountId": "plan",
        "CommitmentDiscountName": "plan",
        "CommitmentDiscountStatus": "Unused",
        "CommitmentDiscountType": "Reserved",
        "CommitmentDiscountQuantity": 1,
        "CommitmentDiscountUnit": "Hours",
        "PricingCategory": "Committed",
        "ConsumedQuantity": "",
        "ConsumedUnit": "",
    }
    written(
        exports,
        "zeche-2026-11",
        [charge("Zeche", day, 100) for day in november]
        + [fee("Zeche", november[0], 900, "support", days=30)]
        + [charge("Zeche", november[0], 14400, ChargeDescription="plan", **unused)],
    )
    written(exports, "halm-2026-10", [charge("Halm", day, 10) for day in october])
    (exports / "budgets.csv").write_text(BUDGETS, encoding="utf-8")
    settings = Settings(
        exports=exports,
        home=new_home(folder / "home"),
        currency=CurrencySettings(rates=str(GOLDEN / "rates.csv")),
    )
    outcome = build(settings)
    assert outcome.published, outcome.why

    def rows(query):
        with duckdb.connect(str(current(settings).database), read_only=True) as db:
            return db.execute(query).fetchall()

    return rows


def test_a_month_is_projected_by_what_comes_daily_and_what_comes_once(ask):
    """Zeche: 18 x 100 + 900 + 14,400 are spent; 12 x 100 and seats of 50 are to come.

    Halm: 18 x 10 are not delivered, 12 x 10 are to come.
    """
    found = ask(
        "select scope_value, spent_cost, projected_cost, scheduled_rest_cost, "
        "undelivered_rest_cost from fct_month_end_projections "
        "where scope_type in ('total', 'provider') and month = '2026-11-01' order by 1"
    )

    assert found == [
        ("Halm", 0, 300, 0, 180),
        ("Zeche", 17100, 18350, 50, 0),
        ("all", 17100, 18650, 50, 180),
    ]


def test_every_level_adds_up_to_the_total_and_none_is_below_what_is_spent(ask):
    sums = ask(
        "select distinct sum(spent_cost), sum(projected_cost) "
        "from fct_month_end_projections group by scope_type"
    )
    below = ask(
        "select count(*) from fct_month_end_projections "
        "where projected_cost < spent_cost"
    )

    assert sums == [(17100, 18650)]
    assert below == [(0,)]


def test_the_executive_row_says_the_same(ask):
    """All of it once: 17,100 spent and 1,550 to come."""
    found = ask(
        "select reporting_effective_cost, projected_cost from fct_executive_monthly "
        "where billing_period_start = '2026-11-01'"
    )

    assert found == [(17100, 18650)]


def test_a_budget_of_billed_cost_goes_on_as_it_is_billed(ask):
    """On the 2nd 1,100 are billed: 900 and 2 x 100; 28 x 100 and 50 are to come.

    Effective, 14,400 more are spent: 18,350 is more than 18,000. Of 15,500 spent on the
    2nd 2,500 are left, 50 of them for the seats: 100 a day pass it 25 days later.
    """
    found = ask(
        "select budget_id, spent_cost, daily_burn, scheduled_cost, projected_cost, "
        "budget_status, breach_date from fct_budget_status_daily "
        "where as_of_date = '2026-11-02' order by 1"
    )

    assert found == [
        ("billed", 1100, 100, 50, 3950, "within", None),
        (
            "effective",
            15500,
            100,
            50,
            18350,
            "breach_projected",
            date(2026, 11, 27),
        ),
    ]


def test_the_second_spike_is_found_and_the_first_leaves_nothing(ask):
    found = ask(
        "select first_date, last_date, expected_cost, impact_cost "
        "from fct_cost_anomalies where direction = 'surge' "
        "and service_name = 'GPU Cloud' and impact_cost < 10000 order by 1"
    )

    assert found == [
        (date(2026, 10, 17), date(2026, 10, 17), 100, Decimal(900)),
        (date(2026, 10, 23), date(2026, 10, 23), 100, Decimal(800)),
    ]
