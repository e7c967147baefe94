with

alternatives as (

    select *
    from {{ ref('int_token_alternatives_priced') }}
    where
        alternative in ('batch', 'standard')
        and token_count > 0

),

eligible as (

    select
        *,
        {{ ratio('eligible_cost', 'effective_cost') }} as eligible_cost_ratio
    from {{ ref('int_batch_eligible_monthly') }}

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        billing_currency,
        {% for way, name in {'standard': 'batch', 'batch': 'realtime'}.items() %}
        coalesce(sum(token_count) filter (where alternative = '{{ way }}'), 0)
            as {{ name }}_token_count,
        coalesce(sum(effective_cost) filter (where alternative = '{{ way }}'), 0)
            as {{ name }}_cost,
        case
            when count_if(alternative = '{{ way }}' and alternative_cost is null) = 0
                then
                    coalesce(
                        sum(alternative_cost) filter (where alternative = '{{ way }}'),
                        0
                    )
        end as {{ name }}_alternative_cost,
        max(price_basis) filter (where alternative = '{{ way }}')
            as {{ name }}_price_basis,
        {% endfor %}
        billing_period_start
    from alternatives
    group by all

),

-- The calls say which part of the cost could wait, the bill has the tokens: the part is
-- the same of both.
joined as (

    select
        summed_to_month.*,
        coalesce(eligible.eligible_cost_ratio, 0) as eligible_cost_ratio,
        summed_to_month.realtime_token_count
        * cast(coalesce(eligible.eligible_cost_ratio, 0) as double)
            as eligible_realtime_token_count
    from summed_to_month
    left join eligible using (
        source_name, service_provider_name, sub_account_id, model_id,
        billing_currency, billing_period_start
    )

),

final as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        billing_currency,
        {{ money('batch_token_count') }} as batch_token_count,
        {{ money('realtime_token_count') }} as realtime_token_count,
        {{ money('eligible_realtime_token_count') }} as eligible_realtime_token_count,
        {{ money('batch_token_count + eligible_realtime_token_count') }}
            as eligible_token_count,
        {{ ratio(
            'batch_token_count', 'batch_token_count + eligible_realtime_token_count'
        ) }} as batch_ratio,
        {{ money('batch_cost') }} as batch_cost,
        {{ money('batch_alternative_cost') }} as batch_realtime_cost,
        {{ money('batch_alternative_cost - batch_cost') }} as realized_savings,
        batch_price_basis as realtime_price_basis,
        {{ money('realtime_cost') }} as realtime_cost,
        {{ money('cast(eligible_cost_ratio as double) * realtime_cost') }}
            as eligible_realtime_cost,
        case
            when eligible_cost_ratio = 0 then cast(0 as decimal(38, 12))
            when realtime_alternative_cost is not null then {{ money(
                'cast(eligible_cost_ratio as double) '
                ~ '* greatest(realtime_cost - realtime_alternative_cost, 0)'
            ) }}
        end as missed_savings,
        realtime_price_basis as batch_price_basis,
        billing_period_start

    from joined

)

select * from final
