-- The price book by period: which list price holds from when until when, and which price
-- each contract states of the same meter. A period ends where any price of its meter
-- begins or ends, so no two of one contract overlap. Which row counts in it is decided as
-- on a day (int_token_prices_daily).
{%- set meter = [
    'provider_name', 'model_id', 'sku_meter', 'processing_tier', 'billing_currency',
] %}
{%- set offer = meter + ['contract_id', 'account_id'] %}
with

lists as (

    select
        *,
        cast(null as varchar) as contract_id,
        cast(null as varchar) as account_id
    from {{ ref('int_list_prices') }}

),

contracts as (

    select * replace (coalesce(valid_to, date '9999-12-31') as valid_to)
    from {{ ref('stg_lists__token_prices') }}

),

meters as (

    select distinct {{ meter | join(', ') }} from lists

    union

    select {{ meter | join(', ') }} from contracts
    where model_id != '*' and sku_meter != '*' and processing_tier != '*'

),

stated as (

    select
        meters.*,
        contracts.contract_id,
        contracts.account_id,
        contracts.valid_from,
        contracts.valid_to,
        contracts.price_per_1m_tokens,
        contracts.discount_ratio,
        cast(contracts.model_id != '*' as integer)
        + cast(contracts.sku_meter != '*' as integer)
        + cast(contracts.processing_tier != '*' as integer) as specificity
    from meters
    inner join contracts
        on
            meters.provider_name = contracts.provider_name
            and meters.billing_currency = contracts.billing_currency
            and contracts.model_id in ('*', meters.model_id)
            and contracts.sku_meter in ('*', meters.sku_meter)
            and contracts.processing_tier in ('*', meters.processing_tier)

),

offers as (

    select distinct {{ offer | join(', ') }} from lists

    union

    select distinct {{ offer | join(', ') }} from stated

),

days as (

    select {{ meter | join(', ') }}, valid_from as boundary from lists
    union
    select {{ meter | join(', ') }}, valid_to as boundary from lists
    union
    select {{ meter | join(', ') }}, valid_from as boundary from stated
    union
    select {{ meter | join(', ') }}, valid_to as boundary from stated

),

periods as (

    select
        offers.*,
        days.boundary as valid_from,
        lead(days.boundary) over (
            partition by offers.{{ offer | join(', offers.') }} order by days.boundary
        ) as valid_to
    from offers
    inner join days using ({{ meter | join(', ') }})

),

listed as (

    select
        periods.*,
        lists.price_per_1m_tokens as list_price,
        lists.price_source
    from periods
    left join lists
        on
            periods.valid_from >= lists.valid_from
            and periods.valid_from < lists.valid_to
            {% for name in meter %}
            and periods.{{ name }} = lists.{{ name }}
            {% endfor %}
    where periods.valid_to is not null
    qualify
        row_number() over (
            partition by periods.{{ offer | join(', periods.') }}, periods.valid_from
            order by
                lists.preference asc, lists.valid_from desc,
                lists.price_per_1m_tokens asc, lists.price_source asc
        ) = 1

),

priced as (

    select
        listed.*,
        case
            when listed.contract_id is null then listed.list_price
            else coalesce(
                stated.price_per_1m_tokens,
                {{ money('listed.list_price * (1 - stated.discount_ratio)') }}
            )
        end as unit_price
    from listed
    left join stated
        on
            listed.valid_from >= stated.valid_from
            and listed.valid_from < stated.valid_to
            {% for name in offer %}
            and listed.{{ name }} = stated.{{ name }}
            {% endfor %}
    qualify
        row_number() over (
            partition by listed.{{ offer | join(', listed.') }}, listed.valid_from
            order by
                stated.specificity desc, stated.valid_from desc,
                stated.price_per_1m_tokens asc, stated.discount_ratio desc
        ) = 1

)

select
    * exclude (list_price, price_source),
    coalesce('contract ' || contract_id, price_source) as price_source
from priced
where unit_price is not null
