"""Each mart that carries money is proven against the ledger, and the page shows it."""

import importlib.util
from decimal import Decimal

import duckdb
import pytest

from pipelines.publishing.versions import current
from pipelines.quality.sums import MartSum, mart_sums, section
from pipelines.settings import PROJECT_DIR, Settings

COSTS = {"billed_cost", "effective_cost", "contracted_cost", "list_cost"}
SUM = MartSum(
    mart="fct_token_costs_daily",
    cost="billed_cost",
    currency="USD",
    because="not <tokens>",
    source="openai",
    period="2026-10",
    ledger=Decimal("1234.560000000001"),
    left_out=Decimal("234.560000000000"),
    held=Decimal("1000.000000000000"),
    difference=Decimal("0.000000000001"),
)


@pytest.fixture(scope="module")
def published(sample_home):
    return current(Settings(home=sample_home)).database


def marts():
    path = PROJECT_DIR / "docs" / "generate.py"
    spec = importlib.util.spec_from_file_location("generate", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.marts()


@pytest.mark.slow
def test_a_mart_that_carries_money_is_proven_or_says_why_not(published):
    with duckdb.connect(str(published), read_only=True) as db:
        proven = set(
            db.execute(
                "select distinct mart_name, cost_column from fct_mart_sums"
            ).fetchall()
        )
    carried = {
        (mart["name"], column["name"])
        for mart in marts()
        if "no_ledger_sum" not in mart.get("config", {}).get("meta", {})
        for column in mart["columns"]
        if column["name"] in COSTS
    }

    assert len(proven) >= 14
    assert carried == proven


@pytest.mark.slow
def test_every_cent_of_every_mart_is_in_the_ledger_and_the_other_way_round(
    published, sample_home
):
    with duckdb.connect(str(published), read_only=True) as db:
        [(billed,)] = db.execute("select sum(BilledCost) from focus").fetchall()
    sums = mart_sums(Settings(home=sample_home).build_database)

    assert {row.difference for row in sums} == {0}
    for mart in {row.mart for row in sums if row.cost == "billed_cost"}:
        whole = [r for r in sums if (r.mart, r.cost) == (mart, "billed_cost")]
        assert sum(row.ledger for row in whole) == billed
        assert sum(row.held + row.left_out for row in whole) == billed


def test_the_page_shows_cents_and_the_whole_of_a_difference():
    page = section([SUM])

    assert 'title="1,234.560000000001">1,234.56<' in page
    assert 'class="n bad">0.000000000001<' in page
    assert "not &lt;tokens&gt;" in page


def test_differences_that_cancel_out_are_differences_on_the_page():
    less = MartSum(
        **{name: getattr(SUM, name) for name in SUM.__slots__}
        | {"period": "2026-09", "difference": -SUM.difference}
    )

    assert 'class="n bad">0.000000000002<' in section([less, SUM])
