"""Causes of a change of cost, on months that were worked out by hand.

In September `p` of openai costs 100 for tokens and 10 for tax, and `e` of eu 100 EUR,
which are 110 USD. In October p costs 160 (50 of more use, 10 of a new list price), 16
for tax and 5 for storage; e costs 120 EUR, which are 144 USD: 20 EUR of more use are 22
at September's rate, and 12 are exchange. Of `x` of shared, 40 are of project one in
September; in October 30 are of it, and 70 of project two.
"""

from decimal import Decimal

import duckdb
import pytest

from pipelines.reports.cost_change import ChangeError, cost_change

CHARGES = """
create table fct_showback_daily as
select
    source as source_name, source || ' Inc' as service_provider_name,
    account as sub_account_id, project as project_name, 'team of ' || account
        as team_name, 'unassigned' as model_id, service as service_name, ai_class
        as ai_cost_class, category as charge_category, cost::decimal(38, 12)
        as reporting_effective_cost, cost::decimal(38, 12) as effective_cost,
    'USD' as reporting_currency, day::date as charge_date,
    date_trunc('month', day::date)::timestamp as billing_period_start
from (values
    ('openai', 'p', 'chat', 'API', 'llm_api', 'Usage', 100, '2026-09-30'),
    ('openai', 'p', 'chat', 'API', 'llm_api', 'Tax', 10, '2026-09-30'),
    ('openai', 'p', 'chat', 'API', 'llm_api', 'Usage', 160, '2026-10-31'),
    ('openai', 'p', 'chat', 'API', 'llm_api', 'Tax', 16, '2026-10-31'),
    ('openai', 'p', 'chat', 'Files', 'storage', 'Usage', 5, '2026-10-31'),
    ('eu', 'e', 'chat', 'API', 'llm_api', 'Usage', 110, '2026-09-30'),
    ('eu', 'e', 'chat', 'API', 'llm_api', 'Usage', 144, '2026-10-31'),
    ('shared', 'x', 'one', 'API', 'llm_api', 'Usage', 40, '2026-09-30'),
    ('shared', 'x', 'one', 'API', 'llm_api', 'Usage', 30, '2026-10-31'),
    ('shared', 'x', 'two', 'API', 'llm_api', 'Usage', 70, '2026-10-31'),
    ('late', 'l', 'chat', 'API', 'llm_api', 'Usage', 9, '2026-10-31'),
    ('openai', 'p', 'chat', 'API', 'llm_api', 'Usage', 7, '2026-11-02')
) as t (source, account, project, service, ai_class, category, cost, day)
"""
BRIDGE = """
create table fct_unit_cost_bridge_monthly as
select
    unit as unit_name, source as source_name, source || ' Inc' as service_provider_name,
    account as sub_account_id, 'm' as model_id, 'Input Tokens' as sku_meter,
    'unassigned' as instance_type, currency as billing_currency,
    q0::decimal(38, 12) as previous_quantity, q1::decimal(38, 12) as quantity,
    null::decimal(38, 12) as previous_request_count, null::decimal(38, 12)
        as request_count, 1::decimal(38, 12) as previous_cost_per_unit,
    1::decimal(38, 12) as cost_per_unit, change::decimal(38, 12) as cost_change,
    price::decimal(38, 12) as price_effect, price::decimal(38, 12) as list_price_effect,
    0::decimal(38, 12) as contract_effect, 0::decimal(38, 12) as commitment_effect,
    0::decimal(38, 12) as other_price_effect, volume::decimal(38, 12) as volume_effect,
    0::decimal(38, 12) as efficiency_effect, 0::decimal(38, 12) as mix_effect,
    0::decimal(38, 12) as unmeasured_effect, reporting::decimal(38, 12)
        as reporting_cost_change, fx::decimal(38, 12) as fx_effect,
    timestamp '2026-10-01' as billing_period_start
from (values
    ('token', 'openai', 'p', 'USD', 100, 150, 60, 10, 50, 60, 0),
    ('inference', 'openai', 'p', 'USD', 1, 2, 60, 0, 60, 60, 0),
    ('token', 'eu', 'e', 'EUR', 100, 120, 20, 0, 20, 34, 12),
    ('token', 'shared', 'x', 'USD', 40, 100, 60, 0, 60, 60, 0)
) as t (unit, source, account, currency, q0, q1, change, price, volume, reporting, fx)
"""
CLOSED = """
create table fct_month_end_projections as select date '2026-10-31' as as_of_date
"""


@pytest.fixture
def marts():
    with duckdb.connect() as db:
        for table in (CHARGES, BRIDGE, CLOSED):
            db.execute(table)
        yield db


def named(change):
    return {
        (cause.name, cause.source, cause.driver): cause.amount
        for cause in change.causes
    }


def test_the_whole_bill_changes_by_its_causes_and_by_nothing_else(marts):
    change = cost_change(marts, "2026-10", "")

    assert (change.previous_cost, change.cost) == (260, 434)
    assert named(change) == {
        ("volume", "shared", "m input tokens"): 60,
        ("volume", "openai", "m input tokens"): 50,
        ("volume", "eu", "m input tokens"): 22,
        ("exchange", "eu", "m input tokens"): 12,
        ("list price", "openai", "m input tokens"): 10,
        ("new source", "late", None): 9,
        ("Tax", "openai", "API"): 6,
        ("other usage", "openai", "Files"): 5,
    }
    assert sum(cause.amount for cause in change.causes) == 434 - 260


def test_the_largest_cause_comes_first(marts):
    sizes = [abs(c.amount) for c in cost_change(marts, "2026-10", "").causes]

    assert sizes == sorted(sizes, reverse=True)


def test_an_account_that_is_all_a_project_s_has_its_units(marts):
    change = cost_change(marts, "2026-10", "p")

    assert (change.previous_cost, change.cost) == (110, 181)
    assert sum(cause.amount for cause in change.causes) == 71
    assert change.causes[0].team == "team of p"
    assert change.causes[0].previous_quantity == 100


def test_an_account_that_projects_share_is_not_split_into_price_and_volume(marts):
    change = cost_change(marts, "2026-10", "one")

    assert named(change) == {("shared account", "shared", "API"): Decimal(-10)}


def test_without_a_month_it_is_the_newest_closed_one(marts):
    assert f"{cost_change(marts, '', '').month:%Y-%m}" == "2026-10"


def test_an_open_month_is_explained_when_it_is_named_and_says_so(marts):
    change = cost_change(marts, "2026-11", "")

    assert not change.is_closed
    assert f"{change.last_day}" == "2026-11-02"


def test_a_first_month_has_no_causes(marts):
    change = cost_change(marts, "2026-09", "")

    assert (change.has_previous, change.causes) == (False, [])


@pytest.mark.parametrize(
    ("month", "project", "said"),
    [
        ("2027-01", "", "no charges in 2027-01; expected one of 2026-09, 2026-10"),
        ("", "chatt", "no charges of project 'chatt'; .* such as chat$"),
    ],
)
def test_an_unknown_month_or_project_is_answered_with_those_there_are(
    marts, month, project, said
):
    with pytest.raises(ChangeError, match=said):
        cost_change(marts, month, project)
