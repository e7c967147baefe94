-- The standard tier's month by what the inference scenarios need: what it cost, what it
-- would have cost elsewhere, with and without a cache, and the share of the work that
-- each scenario takes. An alternative counts only where every token has a price there. Of a
-- model without a smaller one that saves, all calls stay, and batches take their share of all.
{%- set ways = {'as_is': 'as_is', 'small_model': 'small', 'batch': 'batch'} %}
with

alternatives as (

    select *
    from {{ ref('int_token_alternatives_priced') }}
    where processing_tier = 'standard'

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

summed_to_month as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        model_id,
        billing_currency,
        sum({{ money('effective_cost') }}) filter (where alternative = 'as_is')
            as effective_cost,
        {% for way, name in ways.items() %}
        {% for cost in ['alternative_cost', 'uncached_cost'] %}
        case
            when
                count(*) filter (
                    where
                    alternative = '{{ way }}'
                    and {{ cost }} is null
                    and effective_cost != 0
                ) = 0
                then sum({{ money(cost) }}) filter (where alternative = '{{ way }}')
        end as {{ name }}_{{ cost }},
        {% endfor %}
        max(price_basis) filter (where alternative = '{{ way }}')
            as {{ name }}_price_basis,
        {% endfor %}
        max(target_model_id) filter (where alternative = 'small_model')
            as small_model_id,
        billing_period_start
    from alternatives
    group by all

),

shared_out as (

    select
        summed_to_month.*,
        settings.small_model_share as given_small_share,
        settings.batch_share as given_batch_share,
        case
            when small_alternative_cost < effective_cost
                then settings.small_model_share
            else 0
        end as small_share,
        case
            when batch_alternative_cost < effective_cost
                then {{ money(
                    '(1 - cast(small_share as double)) * settings.batch_share'
                ) }}
            else 0
        end as batch_share
    from summed_to_month
    cross join settings

)

select * from shared_out
