with

closed as (

    select max(newest_closed_date) as as_of_date
    from {{ ref('int_days_closed') }}

),

alerts as (

    select
        alert_kind,
        concat_ws(' ', budget_id, valid_from, threshold_passed_percent) as subject,
        scope_type,
        scope_value,
        owner_team,
        channel,
        if(alert_kind = 'budget_threshold_passed', spent_cost, overrun_cost) as amount,
        budget_currency as currency,
        message,
        as_of_date as alert_date
    from {{ ref('fct_budget_events') }}
    union all by name
    select * from {{ ref('int_commitment_notices') }}
    union all by name
    select * from {{ ref('int_coding_cap_notices') }}
    union all by name
    select
        'cost_' || direction as alert_kind,
        anomaly_id as subject,
        'account' as scope_type,
        sub_account_id as scope_value,
        team_name as owner_team,
        impact_cost as amount,
        currency,
        {{ anomaly_message() }} as message,
        first_date as alert_date
    from {{ ref('fct_cost_anomalies') }}
    union all by name
    select
        'token_drift_' || direction as alert_kind,
        drift_id as subject,
        'feature' as scope_type,
        feature_name as scope_value,
        project_name,
        drift_cost as amount,
        billing_currency as currency,
        {{ token_drift_message() }} as message,
        first_date as alert_date
    from {{ ref('fct_token_drifts') }}
    union all by name
    select
        'run_over_cap' as alert_kind,
        plan_id || ' ' || billing_currency as subject,
        'plan' as scope_type,
        plan_id as scope_value,
        project_name,
        -cap_headroom as amount,
        billing_currency as currency,
        format(
            'Training {} cost {} {}, {} more than its cap of {}.',
            run_name, {{ format_amount('effective_cost') }}, billing_currency,
            {{ format_amount('-cap_headroom') }}, {{ format_amount('cost_cap') }}
        ) as message,
        cast(ended_at as date) as alert_date
    from {{ ref('fct_training_run_plans') }}
    where plan_status = 'over_cap'
    union all by name
    select
        'experiment_over_cap' as alert_kind,
        concat_ws(' ', experiment_name, plan_id, billing_currency) as subject,
        'experiment' as scope_type,
        experiment_name as scope_value,
        -cap_headroom as amount,
        billing_currency as currency,
        format(
            'Experiment {} cost {} {}, {} more than its cap of {}.',
            experiment_name, {{ format_amount('effective_cost') }}, billing_currency,
            {{ format_amount('-cap_headroom') }}, {{ format_amount('cost_cap') }}
        ) as message,
        cast(ended_at as date) as alert_date
    from {{ ref('fct_training_experiment_costs') }}
    where cap_headroom < 0
    union all by name
    -- The first such epoch of a run; those that follow say the same.
    select
        'epoch_gain_below_floor' as alert_kind,
        run_id as subject,
        'run' as scope_type,
        run_id as scope_value,
        project_name,
        effective_cost as amount,
        billing_currency as currency,
        format(
            'Epoch {} of {} cost {} {} and did not better {} by enough for it.',
            epoch_number, run_name, {{ format_amount('effective_cost') }},
            billing_currency, metric_name
        ) as message,
        cast(epoch_ended_at as date) as alert_date
    from {{ ref('fct_training_epoch_costs') }}
    where is_below_floor
    qualify
        row_number() over (
            partition by run_id
            order by
                epoch_number asc, effective_cost desc, source_name asc,
                billing_currency asc
        ) = 1
    union all by name
    -- A build that is not published yet has no time; it is known on the newest closed day.
    select
        'closed_month_restated' as alert_kind,
        concat_ws(
            ' ', source_name, billing_currency, billing_period_start, new_build_id
        ) as subject,
        'source' as scope_type,
        source_name as scope_value,
        billed_cost_delta as amount,
        billing_currency as currency,
        format(
            'The closed month {} of {} changed by {} {} billed, to {}.',
            strftime(billing_period_start, '%Y-%m'), source_name,
            {{ format_amount('billed_cost_delta') }}, billing_currency,
            {{ format_amount('new_billed_cost') }}
        ) as message,
        cast(new_published_at as date) as alert_date
    from {{ ref('fct_restatements') }}
    where is_closed_period

)

select
    md5(concat_ws('|', alerts.alert_kind, alerts.scope_type, alerts.subject))
        as alert_id,
    alerts.alert_kind,
    kinds.severity,
    alerts.scope_type,
    alerts.scope_value,
    coalesce(alerts.owner_team, teams.team_name, 'unassigned') as owner_team,
    coalesce(alerts.channel, 'default') as channel,
    {{ money('alerts.amount') }} as amount,
    alerts.currency,
    alerts.message,
    kinds.details_mart,
    coalesce(alerts.alert_date, closed.as_of_date) as alert_date,
    closed.as_of_date

from alerts
inner join {{ ref('alert_kinds') }} as kinds using (alert_kind)
-- A list of plans, a drift and an epoch name a project; its team is who can act.
left join {{ ref('int_training_teams') }} as teams
    on
        teams.scope_type = if(alerts.scope_type = 'experiment', 'experiment', 'project')
        and teams.scope_value
        = if(alerts.scope_type = 'experiment', alerts.scope_value, alerts.project_name)
cross join closed
