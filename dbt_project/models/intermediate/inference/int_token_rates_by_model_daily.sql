-- The rates of a model's token meters side by side, to price single calls: what its
-- account's bill made of a token, else the price book's price; of an account that the bill
-- does not name, what all accounts paid in the currency in which they paid most.
{%- set meter = 'provider_name, sub_account_id, model_id, sku_meter, processing_tier, '
    ~ 'billing_currency, charge_date' %}
{%- set any_account = "coalesce(sub_account_id, '*') as sub_account_id" %}
with

token_charges as (

    select
        * replace (coalesce(sub_account_id, 'unassigned') as sub_account_id),
        service_provider_name as provider_name
    from {{ ref('int_token_charges') }}

),

token_prices as (

    select * from {{ ref('int_token_prices_daily') }}

),

reported as (

    select distinct
        provider_name,
        coalesce(sub_account_id, 'unassigned') as sub_account_id,
        model_id,
        reported_model_id,
        usage_date
    from {{ ref('int_model_usage_with_billed_names') }}

),

-- `*` is all accounts together.
billed as (

    select
        {{ meter | replace('sub_account_id', any_account) }},
        sum(effective_cost) filter (where token_count is not null) as effective_cost,
        sum(token_count) as token_count
    from token_charges
    group by grouping sets (
        ({{ meter }}), ({{ meter | replace('sub_account_id, ', '') }})
    )

),

-- Accounts with contracts of their own have no price in common.
prices as (

    select
        {{ meter | replace('sub_account_id', any_account) }},
        case
            when min(price_per_1m_tokens) = max(price_per_1m_tokens)
                then max(price_per_1m_tokens)
        end as price_per_1m_tokens
    from token_prices
    group by grouping sets (
        ({{ meter }}), ({{ meter | replace('sub_account_id, ', '') }})
    )

),

rated as (

    select
        {{ meter }},
        coalesce(
            cast(billed.effective_cost as double)
            / nullif(cast(billed.token_count as double), 0),
            cast(prices.price_per_1m_tokens as double) / 1000000
        ) as cost_per_token,
        billed.token_count > 0 as is_of_bill,
        billed.effective_cost
    from billed
    full outer join prices using ({{ meter }})

),

side_by_side as (

    select
        provider_name,
        sub_account_id,
        model_id,
        processing_tier,
        billing_currency,
        charge_date,
        {% for name in token_meters() %}
        max(cost_per_token) filter (where sku_meter = '{{ name }}')
            as {{ rate_column(name) }},
        {% endfor %}
        if(bool_and(coalesce(is_of_bill, false)), 'bill', 'price book') as rate_basis
    from rated
    where cost_per_token is not null
    group by
        provider_name, sub_account_id, model_id, processing_tier, billing_currency,
        charge_date
    qualify
        row_number() over (
            partition by
                provider_name, sub_account_id, model_id, processing_tier, charge_date
            order by sum(effective_cost) desc nulls last, billing_currency asc
        ) = 1

)

select
    reported.*,
    rates.* exclude (provider_name, sub_account_id, model_id)
from reported
inner join side_by_side as rates
    on
        reported.provider_name = rates.provider_name
        and reported.model_id = rates.model_id
        and reported.usage_date = rates.charge_date
        and rates.sub_account_id in (reported.sub_account_id, '*')
qualify
    row_number() over (
        partition by
            reported.provider_name, reported.sub_account_id, reported.model_id,
            reported.reported_model_id, reported.usage_date, rates.processing_tier
        order by rates.sub_account_id = '*' asc
    ) = 1
