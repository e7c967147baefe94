-- What was committed to, by the id of the commitment; and provisioned throughput, which
-- is paid by the hour whatever it serves. The bill says what of a commitment was used;
-- what provisioned throughput served, only telemetry can say.
with

charges as (

    select * from {{ ref('int_charges_classified') }}
    where commitment_discount_id is not null or processing_tier = 'provisioned'

),

named as (

    select
        *,
        coalesce(commitment_discount_id, resource_id, model_id, sku_id, 'unassigned')
            as commitment_id,
        case
            when commitment_discount_id is null then 'Provisioned throughput'
            else coalesce(commitment_discount_type, 'unassigned')
        end as commitment_type,
        coalesce(commitment_discount_status, 'none') as status
    from charges

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        commitment_id,
        commitment_type,
        case when commitment_discount_id is null then model_id end as model_id,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(case when charge_category = 'Purchase' then billed_cost else 0 end)
            as purchased_cost,
        sum(case status when 'Used' then effective_cost when 'Unused' then 0 end)
            as used_cost,
        sum(case status when 'Unused' then effective_cost when 'Used' then 0 end)
            as unused_cost,
        sum(case status when 'Used' then list_cost else 0 end) as covered_list_cost,
        sum(case status when 'Used' then contracted_cost else 0 end)
            as covered_contracted_cost,
        max(commitment_start) as commitment_start,
        max(commitment_end) as commitment_end,
        min(charge_date) as first_charge_date,
        max(charge_date) as last_charge_date,
        billing_period_start
    from named
    group by all

),

served as (

    select
        provider_name as service_provider_name,
        'Provisioned throughput' as commitment_type,
        model_id,
        date_trunc('month', usage_date) as billing_period_start,
        sum(token_count) as served_token_count
    from {{ ref('int_model_usage_by_meter') }}
    where processing_tier = 'provisioned'
    group by all

),

-- The days that are left are counted from the end of the month, or of what is closed.
closed as (

    select max(newest_closed_date) + 1 as open_from
    from {{ ref('int_days_closed') }}

),

final as (

    select
        source_name,
        service_provider_name,
        commitment_id,
        commitment_type,
        model_id,
        billing_currency,
        {% for cost in ['billed', 'effective', 'purchased', 'used', 'unused'] %}
        {{ money(cost ~ '_cost') }} as {{ cost }}_cost,
        {% endfor %}
        {{ ratio('used_cost', 'used_cost + unused_cost') }} as utilization_ratio,
        {{ ratio('unused_cost', 'used_cost + unused_cost') }} as waste_ratio,
        {{ money('covered_list_cost') }} as covered_list_cost,
        {{ money('covered_contracted_cost - used_cost - unused_cost') }}
            as commitment_savings,
        {{ money('served_token_count') }} as served_token_count,
        {{ unit_cost('effective_cost', 'served_token_count', per=1000000) }}
            as cost_per_1m_served_tokens,
        first_charge_date,
        last_charge_date,
        commitment_start,
        commitment_end,
        date_diff(
            'day',
            least(closed.open_from, billing_period_start + interval 1 month),
            commitment_end
        ) as days_left,
        billing_period_start
    from summed_to_month
    cross join closed
    left join served using (
        service_provider_name, commitment_type, model_id, billing_period_start
    )

)

select * from final
