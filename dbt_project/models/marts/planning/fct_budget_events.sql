{%- set scoped = ('source', 'provider', 'ai_cost_class', 'team', 'project') %}
with

budget_days as (

    select
        *,
        unnest([
            'budget_threshold_passed', 'budget_breach_projected', 'budget_breached'
        ]) as alert_kind,
        max(threshold_passed_percent) over (
            partition by budget_id, valid_from order by as_of_date
            rows between unbounded preceding and 1 preceding
        ) as percent_before
    from {{ ref('fct_budget_status_daily') }}

),

-- A cost that falls and passes the same percent again is no news.
budget_news as (

    select * from budget_days
    where
        alert_kind = 'budget_' || budget_status
        or (
            alert_kind = 'budget_threshold_passed'
            and budget_status = 'breach_projected'
        )
    qualify
        case alert_kind
            when 'budget_threshold_passed'
                then threshold_passed_percent > coalesce(percent_before, -1)
            else row_number() over (
                partition by budget_id, valid_from, alert_kind order by as_of_date
            ) = 1
        end

),

surges as (

    select
        *,
        format(
            '; driven by {} {} in account {} since {}',
            case cause
                when 'volume' then 'more use of'
                when 'price' then 'a higher price of'
                when 'new' then 'the new cost of'
                else 'the rising cost of'
            end,
            service_name,
            sub_account_id,
            first_date
        ) as told_cause
    from {{ ref('fct_cost_anomalies') }}
    where direction = 'surge'

),

-- The largest surge in a budget's scope of those that had begun by then.
causes as (

    select
        news.budget_id,
        news.valid_from,
        news.as_of_date,
        {{ of_largest('anomalies.told_cause', 'anomalies.impact_cost') }} as cause
    from budget_news as news
    inner join surges as anomalies
        on
            news.budget_currency = anomalies.currency
            and news.as_of_date >= anomalies.first_date
            and news.valid_from <= anomalies.last_date
            and case news.scope_type
                when 'total' then true
                {% for scope_type in scoped %}
                when '{{ scope_type }}'
                    then news.scope_value = anomalies.{{ scopes()[scope_type] }}
                {% endfor %}
            end
    group by all

),

final as (

    select
        budget_id,
        budget_name,
        scope_type,
        scope_value,
        owner_team,
        channel,
        alert_kind,
        case
            when alert_kind = 'budget_threshold_passed' then threshold_passed_percent
        end as threshold_passed_percent,
        budget_currency,
        budget_amount,
        spent_cost,
        case
            when alert_kind = 'budget_breach_projected'
                then projected_cost - budget_amount
            else greatest(0, spent_cost - budget_amount)
        end as overrun_cost,
        breach_date,
        format(
            '{}: {} of {} {} was spent by {}, {}{}.',
            coalesce(budget_name, budget_id),
            {{ format_amount('spent_cost') }},
            {{ format_amount('budget_amount') }},
            budget_currency,
            as_of_date,
            case alert_kind
                when 'budget_threshold_passed'
                    then threshold_passed_percent || ' percent or more'
                when 'budget_breach_projected'
                    then format(
                        'and at {} a day the budget is passed on {}',
                        {{ format_amount('daily_burn') }},
                        breach_date
                    )
                else
                    {{ format_amount('spent_cost - budget_amount') }}
                    || ' more than planned'
            end,
            coalesce(cause, '')
        ) as message,
        as_of_date,
        valid_from

    from budget_news

    left join causes using (budget_id, valid_from, as_of_date)

)

select * from final
