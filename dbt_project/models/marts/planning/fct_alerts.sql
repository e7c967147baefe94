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
        case alert_kind
            when 'budget_threshold_passed' then spent_cost else overrun_cost
        end as amount,
        budget_currency as currency,
        message,
        as_of_date as alert_date
    from {{ ref('fct_budget_events') }}
    union all by name
    select * from {{ ref('int_commitment_notices') }}
    union all by name
    select
        'cost_' || direction as alert_kind,
        anomaly_id as subject,
        'account' as scope_type,
        sub_account_id as scope_value,
        team_name as owner_team,
        impact_cost as amount,
        currency,
        service_name || ' in account ' || sub_account_id || ' cost '
        || {{ format_amount('effective_cost') }} || ' ' || currency || case day_count
            when 1 then ' on ' || first_date
            else ' from ' || first_date || ' to ' || last_date
        end
        || ', where '
        || {{ format_amount('expected_cost') }}
        || ' was to be expected; '
        || case cause
            when 'volume'
                then
                    case direction when 'surge' then 'more' else 'less' end
                    || ' of it was used'
            when 'price'
                then
                    'its price is '
                    || case direction when 'surge' then 'higher' else 'lower' end
            when 'new' then 'it is new'
            when 'gone' then 'it is gone'
            else 'quantities do not explain it'
        end || '.' as message,
        first_date as alert_date
    from {{ ref('fct_cost_anomalies') }}
    union all by name
    select
        'token_drift_' || direction as alert_kind,
        drift_id as subject,
        'feature' as scope_type,
        feature_name as scope_value,
        project_name as owner_team,
        drift_cost as amount,
        billing_currency as currency,
        'An answer of ' || model_id || case feature_name
            when 'unassigned' then ''
            else ' for ' || feature_name
        end || ' takes ' || format('{:,.0f}', cast(tokens_per_inference as double))
        || ' tokens, where it took '
        || format('{:,.0f}', cast(earlier_tokens_per_inference as double))
        || ' in the four weeks before: ' || case cause
            when 'cache'
                then
                    'a cache is read '
                    || case direction when 'up' then 'less' else 'more' end
            else
                'the ' || cause || ' became '
                || case direction when 'up' then 'longer' else 'shorter' end
        end
        || '; it made '
        || {{ format_amount('abs(drift_cost)') }}
        || ' '
        || billing_currency
        || case direction when 'up' then ' more' else ' less' end
        || ' in seven days.' as message,
        first_date as alert_date
    from {{ ref('fct_token_drifts') }}
    union all by name
    select
        'run_over_cap' as alert_kind,
        plan_id || ' ' || billing_currency as subject,
        'plan' as scope_type,
        plan_id as scope_value,
        -cap_headroom as amount,
        billing_currency as currency,
        'Training '
        || run_name
        || ' cost '
        || {{ format_amount('effective_cost') }}
        || ' '
        || billing_currency
        || ', '
        || {{ format_amount('-cap_headroom') }}
        || ' more than its cap of '
        || {{ format_amount('cost_cap') }} || '.' as message,
        cast(ended_at as date) as alert_date
    from {{ ref('fct_training_run_plans') }}
    where plan_status = 'over_cap'
    union all by name
    -- The first such epoch of a run; those that follow say the same.
    select
        'epoch_gain_below_floor' as alert_kind,
        run_id as subject,
        'run' as scope_type,
        run_id as scope_value,
        effective_cost as amount,
        billing_currency as currency,
        'Epoch ' || epoch_number || ' of ' || run_name || ' cost '
        || {{ format_amount('effective_cost') }} || ' ' || billing_currency
        || ' and did not better ' || metric_name || ' by enough for it.' as message,
        cast(epoch_ended_at as date) as alert_date
    from {{ ref('fct_training_epoch_costs') }}
    where is_below_floor
    qualify
        row_number() over (
            partition by run_id
            order by epoch_number asc, effective_cost desc, source_name asc
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
        'The closed month ' || strftime(billing_period_start, '%Y-%m') || ' of '
        || source_name
        || ' changed by '
        || {{ format_amount('billed_cost_delta') }}
        || ' '
        || billing_currency
        || ' billed, to '
        || {{ format_amount('new_billed_cost') }}
        || '.' as message,
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
    coalesce(alerts.owner_team, 'unassigned') as owner_team,
    coalesce(alerts.channel, 'default') as channel,
    {{ money('alerts.amount') }} as amount,
    alerts.currency,
    alerts.message,
    kinds.look_at,
    coalesce(alerts.alert_date, closed.as_of_date) as alert_date,
    closed.as_of_date

from alerts
inner join {{ ref('alert_kinds') }} as kinds using (alert_kind)
cross join closed
