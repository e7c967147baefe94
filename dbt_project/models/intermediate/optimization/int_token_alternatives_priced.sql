-- What each alternative costs. A price is what our own bill of the month asked for it,
-- else the list's of the day, else the first that it has later in the month: some lists
-- date a price by when it was first seen. What an alternative has no cached price for is
-- asked as uncached input, so what a cache saves is lost there.
with

alternatives as (

    select * from {{ ref('int_token_alternatives') }}

),

listed as (

    select * from {{ ref('int_list_prices') }}

),

billed as (

    select
        service_provider_name as provider_name,
        model_id,
        sku_meter,
        processing_tier,
        billing_currency,
        billing_period_start,
        cast(sum(effective_cost) as double) * 1000000
        / cast(sum(token_count) as double) as price
    from alternatives
    where alternative = 'as_is' and token_count > 0
    group by all

),

-- One price per alternative and meter; an input also asks for the uncached one.
asked as (

    select distinct
        service_provider_name as provider_name,
        target_model_id as model_id,
        unnest(
            case when is_input then [sku_meter, 'Input Tokens'] else [sku_meter] end
        ) as sku_meter,
        target_tier as processing_tier,
        billing_currency,
        charge_date,
        billing_period_start
    from alternatives

),

priced as (

    select
        asked.*,
        coalesce(billed.price, listed.price_per_1m_tokens) as price,
        case
            when billed.price is not null then 'bill'
            when listed.price_per_1m_tokens is not null then 'list'
        end as price_basis
    from asked
    left join billed
        using (
            provider_name, model_id, sku_meter, processing_tier, billing_currency,
            billing_period_start
        )
    left join listed
        on
            asked.provider_name = listed.provider_name
            and asked.model_id = listed.model_id
            and asked.sku_meter = listed.sku_meter
            and asked.processing_tier = listed.processing_tier
            and asked.billing_currency = listed.billing_currency
            and asked.charge_date < listed.valid_to
            and asked.billing_period_start + interval 1 month > listed.valid_from
    qualify
        row_number() over (
            partition by
                asked.provider_name, asked.model_id, asked.sku_meter,
                asked.processing_tier, asked.billing_currency, asked.charge_date,
                asked.billing_period_start
            order by
                greatest(listed.valid_from, asked.charge_date) asc,
                listed.preference asc, listed.valid_from desc,
                listed.price_per_1m_tokens asc
        ) = 1

),

costed as (

    select
        alternatives.*,
        coalesce(own.price_basis, if(alternatives.is_input, uncached.price_basis, null))
            as price_basis,
        {{ money('cast(alternatives.token_count as double) / 1000000 * ' ~ (
            'case when alternatives.is_input then coalesce(own.price, uncached.price) '
            ~ 'else own.price end'
        )) }} as alternative_cost,
        {{ money('cast(alternatives.token_count as double) / 1000000 * ' ~ (
            'case when alternatives.is_input then uncached.price else own.price end'
        )) }} as uncached_cost
    from alternatives
    {% for name, meter in [
        ('own', 'alternatives.sku_meter'), ('uncached', "'Input Tokens'")
    ] %}
    left join priced as {{ name }}
        on
            alternatives.service_provider_name = {{ name }}.provider_name
            and alternatives.target_model_id = {{ name }}.model_id
            and {{ meter }} = {{ name }}.sku_meter
            and alternatives.target_tier = {{ name }}.processing_tier
            and alternatives.billing_currency = {{ name }}.billing_currency
            and alternatives.charge_date = {{ name }}.charge_date
            and alternatives.billing_period_start = {{ name }}.billing_period_start
    {% endfor %}

)

select * from costed
