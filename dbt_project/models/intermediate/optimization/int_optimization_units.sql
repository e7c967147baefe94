-- What the units of an optimization's scope cost after it, and what they would have cost at
-- the unit cost that each item had before: at the mix of after, so that a cheap account that
-- grows is no saving, and a dear one no loss.
with

items as (

    select
        *,
        is_counted and quantity_before > 0 as is_compared
    from {{ ref('int_optimization_items') }}

),

summed as (

    select
        optimization_id,
        unit_name,
        sum(quantity_before) as quantity_before,
        sum(quantity_after) as quantity_after,
        sum(cost_after) as unit_cost_after,
        sum(cost_after) filter (where is_compared) as compared_cost_after,
        sum({{ money(
            'cast(cost_before as double) / nullif(quantity_before, 0) * quantity_after'
        ) }}) filter (where is_compared) as cost_at_earlier_prices
    from items
    group by all

)

select * from summed
