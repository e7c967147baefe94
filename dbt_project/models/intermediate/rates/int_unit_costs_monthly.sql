-- What was bought by the unit, month by month: tokens by class, GPU hours by machine,
-- answers by model; with what the list and the contract would have asked, where every
-- unit of the month has such a price. Answers have none.
with

token_charges as (

    select * from {{ ref('int_token_charges_priced') }}

),

gpu_hours as (

    select * from {{ ref('int_gpu_hours_priced') }}

),

answers as (

    select * from {{ ref('int_inferences_daily') }}

),

converted as (

    select * from {{ ref('int_exchange_rates_by_charge_day') }}

),

bought as (

    select
        'token' as unit_name,
        token_count as quantity,
        *
    from token_charges

    union all by name

    select
        'GPU hour' as unit_name,
        gpu_hours as quantity,
        *
    from gpu_hours

    union all by name

    select
        'inference' as unit_name,
        inference_count as quantity,
        *
    from answers

),

summed_to_month as (

    select
        bought.unit_name,
        bought.source_name,
        bought.service_provider_name,
        bought.sub_account_id,
        coalesce(bought.model_id, 'unassigned') as model_id,
        coalesce(bought.sku_meter, 'unassigned') as sku_meter,
        bought.processing_tier,
        coalesce(bought.instance_type, 'unassigned') as instance_type,
        bought.billing_currency,
        sum({{ money('coalesce(bought.quantity, 0)') }}) as quantity,
        {{ money('sum(bought.effective_cost)') }} as effective_cost,
        {{ money('sum(' ~ converted('bought.effective_cost', 'converted') ~ ')') }}
            as reporting_effective_cost,
        {% for cost in ['list_cost', 'contracted_cost'] %}
        case
            when count_if(bought.{{ cost }} is null and bought.effective_cost != 0) = 0
                then sum({{ money('bought.' ~ cost) }})
        end as {{ cost }},
        {% endfor %}
        max(converted.reporting_currency) as reporting_currency,
        bought.billing_period_start
    from bought
    left join converted using (billing_currency, charge_date, billing_period_start)
    group by all

)

select * from summed_to_month
