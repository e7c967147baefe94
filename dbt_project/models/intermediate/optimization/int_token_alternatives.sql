-- Each day's tokens, and the other ways that they could have been bought: at a smaller
-- model, in batches, or in batches no more; and as they were.
with

token_costs as (

    select
        *,
        sku_meter like '%Input Tokens' as is_input
    from {{ ref('fct_token_costs_daily') }}
    where processing_tier in ('standard', 'batch')

),

swaps as (

    select * from {{ ref('model_swaps') }}

),

alternatives as (

    select
        *,
        'as_is' as alternative,
        model_id as target_model_id,
        processing_tier as target_tier
    from token_costs

    union all by name

    select
        *,
        case processing_tier when 'standard' then 'batch' else 'standard' end
            as alternative,
        model_id as target_model_id,
        case processing_tier when 'standard' then 'batch' else 'standard' end
            as target_tier
    from token_costs

    union all by name

    select
        token_costs.*,
        'small_model' as alternative,
        swaps.small_model_id as target_model_id,
        'standard' as target_tier
    from token_costs
    inner join swaps
        on
            token_costs.service_provider_name = swaps.provider_name
            and token_costs.model_id = swaps.model_id
            and token_costs.charge_date >= swaps.valid_from
    where token_costs.processing_tier = 'standard'
    qualify
        rank() over (
            partition by
                token_costs.service_provider_name,
                token_costs.model_id,
                token_costs.charge_date
            order by swaps.valid_from desc
        ) = 1

)

select * from alternatives
