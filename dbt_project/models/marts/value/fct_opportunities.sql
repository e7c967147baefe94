with

findings as (

    select * from {{ ref('int_opportunities_without_overlap') }}

),

types as (

    select * from {{ ref('opportunity_types') }}

),

rates as (

    select * from {{ ref('int_reporting_rates_monthly') }}

),

-- Of several optimizations that name an opportunity the newest word counts.
decided as (

    select
        opportunity_id,
        arg_max(state, (state_date, optimization_id)) as state
    from {{ ref('fct_optimizations') }}
    where opportunity_id is not null
    group by all

),

described as (

    select
        findings.*,
        types.* exclude (
            opportunity_type, opportunity_order, waste_kind, scope_type
        ),
        rates.reporting_currency,
        {% for amount in ['net_saving', 'freed_capacity_cost'] %}
        {{ money(
            'cast(findings.' ~ amount ~ ' as double) * cast(rates.rate as double)'
        ) }} as reporting_{{ amount }},
        {% endfor %}
        opportunity_type || ':' || left(md5(concat_ws(
            '|', source_name, service_provider_name, sub_account_id, scope_type,
            scope_value, coalesce(detail, ''), billing_currency
        )), 12) as opportunity_id
    from findings
    inner join types using (opportunity_type, opportunity_order, scope_type)
    left join rates using (billing_currency, billing_period_start)

),

-- Of two that save the same, the one of the earlier type; then by id, so that the order
-- is the same in every build.
ranked as (

    select
        *,
        row_number() over by_saving as saving_rank,
        sum(reporting_net_saving) over (
            by_saving rows between unbounded preceding and current row
        ) as cumulative_saving,
        sum(reporting_net_saving) over (
            partition by billing_period_start
        ) as month_saving
    from described
    window by_saving as (
        partition by billing_period_start
        order by
            reporting_net_saving desc nulls last, opportunity_order asc,
            reporting_freed_capacity_cost desc, opportunity_id asc
    )

),

final as (

    select
        opportunity_id,
        opportunity_type,
        source_name,
        service_provider_name,
        sub_account_id,
        scope_type,
        scope_value,
        detail,
        action,
        effort,
        risk,
        confidence,
        evidence,
        case
            when decided.state in ('accepted', 'done', 'dismissed') then decided.state
            else 'open'
        end as state,
        billing_currency,
        scope_cost,
        gross_saving,
        {{ money('gross_saving - net_saving') }} as overlapping_saving,
        net_saving,
        freed_capacity_cost,
        reporting_currency,
        reporting_net_saving,
        reporting_freed_capacity_cost,
        saving_rank,
        {{ money('cumulative_saving') }} as cumulative_saving,
        {{ money('month_saving') }} as month_saving,
        {{ ratio('cumulative_saving', 'month_saving') }} as cumulative_saving_ratio,
        reporting_net_saving > 0
        and 2 * (cumulative_saving - reporting_net_saving) < month_saving
            as is_in_first_half,
        billing_period_start
    from ranked
    left join decided using (opportunity_id)

)

select * from final
