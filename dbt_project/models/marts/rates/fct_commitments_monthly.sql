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
        coalesce(
            case
                when commitment_discount_id is null then 'Provisioned throughput'
            end,
            commitment_discount_type,
            'unassigned'
        ) as commitment_type,
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
        min(charge_date) as first_charge_date,
        max(charge_date) as last_charge_date,
        billing_period_start
    from named
    group by all

),

served as (

    select
        provider_name,
        model_id,
        date_trunc('month', usage_date) as billing_period_start,
        sum(token_count) as served_token_count
    from {{ ref('int_model_usage_by_meter') }}
    where processing_tier = 'provisioned'
    group by all

),

final as (

    select
        summed_to_month.source_name,
        summed_to_month.service_provider_name,
        summed_to_month.commitment_id,
        summed_to_month.commitment_type,
        summed_to_month.model_id,
        summed_to_month.billing_currency,
        {{ money('billed_cost') }} as billed_cost,
        {{ money('effective_cost') }} as effective_cost,
        {{ money('purchased_cost') }} as purchased_cost,
        {{ money('used_cost') }} as used_cost,
        {{ money('unused_cost') }} as unused_cost,
        {{ share('used_cost', 'used_cost + unused_cost') }} as utilisation_ratio,
        {{ share('unused_cost', 'used_cost + unused_cost') }} as waste_ratio,
        {{ money('covered_list_cost') }} as covered_list_cost,
        {{ money('covered_contracted_cost - used_cost - unused_cost') }}
            as commitment_savings,
        {{ money('served.served_token_count') }} as served_token_count,
        {{ unit_cost('effective_cost', 'served.served_token_count', per=1000000) }}
            as cost_per_1m_served_tokens,
        summed_to_month.first_charge_date,
        summed_to_month.last_charge_date,
        summed_to_month.billing_period_start
    from summed_to_month
    left join served
        on
            summed_to_month.commitment_type = 'Provisioned throughput'
            and summed_to_month.service_provider_name = served.provider_name
            and summed_to_month.model_id = served.model_id
            and summed_to_month.billing_period_start = served.billing_period_start

)

select * from final
