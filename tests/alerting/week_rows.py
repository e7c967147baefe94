"""A version of two weeks of two teams, small enough to be summed by hand.

The newest closed day is Saturday, 2026-10-31: the week is 25 to 31 October, the week
before 18 to 24. Search spent 30 + 10 = 40, and 50 before: -20 %. The month to date is
40 + 50 = 90, and September to day 31 was 60: +50 %. Nobody owns 8, and 4 before:
+100 %.
"""

HOSTILE = "<b onmouseover=alert(1)>rag</b>"
TABLES = f"""
create table published_version as select
    '20261101T000000Z-b1' as version, timestamp '2026-11-01 06:30:00' as published_at,
    'b1' as build_id, '0.1.0' as code_version;
create table fct_reconciliation_monthly as select
    'acme' as source_name, 'proven' as verdict, 1 as charge_count,
    timestamp '2026-10-01' as billing_period_start;
create table fct_showback_daily as select
    *, 'acme' as source_name, 'USD' as reporting_currency, 'USD' as billing_currency,
    'Acme' as service_provider_name, 'llm_api' as ai_cost_class,
    'direct' as allocation_step, 'Acme API' as service_name, 'acct' as sub_account_id,
    null::varchar as feature_name, null::varchar as environment_name,
    null::varchar as model_id, reporting_effective_cost as effective_cost,
    date_trunc('month', charge_date)::timestamp as billing_period_start
from (values
    (date '2026-09-10', 'search', 'answers', 60::decimal(38, 12)),
    (date '2026-10-18', 'search', 'answers', 20),
    (date '2026-10-24', 'search', '{HOSTILE}', 30),
    (date '2026-10-25', 'search', 'answers', 30),
    (date '2026-10-31', 'search', '{HOSTILE}', 10),
    (date '2026-10-20', 'unassigned', 'unassigned', 4),
    (date '2026-10-30', 'unassigned', 'unassigned', 8)
) as t (charge_date, team_name, project_name, reporting_effective_cost);
create table fct_budget_status_daily as select
    'search-pot' as budget_id, 'Search pot' as budget_name, 'team' as scope_type,
    'search' as scope_value, 'search' as owner_team, budget_status, spent_cost,
    100::decimal(38, 12) as budget_amount, 'USD' as budget_currency,
    120::decimal(38, 12) as projected_cost, as_of_date, date '2026-10-01' as valid_from,
    date '2026-11-01' as valid_to
from (values
    (date '2026-10-18', 'within', 20::decimal(38, 12)),
    (date '2026-10-25', 'within', 80),
    (date '2026-10-31', 'breach_projected', 90)
) as t (as_of_date, budget_status, spent_cost);
create table fct_month_end_projections as select date '2026-10-31' as as_of_date;
create table fct_cost_anomalies as select
    'acme' as source_name, 'acct' as sub_account_id, 'llm_api' as ai_cost_class,
    'Acme API' as service_name, 'surge' as direction, 'USD' as currency,
    20::decimal(38, 12) as impact_cost, 10::decimal(38, 12) as expected_cost,
    1::bigint as day_count, date '2026-10-25' as first_date,
    date '2026-10-25' as last_date, date '2026-10-31' as as_of_date;
create table fct_alerts as select
    *, 'search' as owner_team, 'search' as channel, 'USD' as currency,
    date '2026-10-31' as as_of_date
from (values
    (
        'a1', 'budget_breach_projected', 'warning', 'team', 'search',
        'Search pot: 90.00 of 100.00 USD <spent>.', 'fct_budget_status_daily',
        date '2026-10-25', 20::decimal(38, 12)
    ),
    (
        'b2', 'cost_surge', 'warning', 'account', 'acct',
        'Acme API in account acct cost 30.00 USD.', 'fct_cost_anomalies',
        date '2026-10-25', 20
    ),
    (
        'c3', 'run_over_cap', 'critical', 'plan', 'p', 'Training cost more.',
        'fct_training_run_plans', date '2026-10-24', 1
    )
) as t (
    alert_id, alert_kind, severity, scope_type, scope_value, message, details_mart,
    alert_date, amount
);
"""
