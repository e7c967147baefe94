-- The steps of sharing, numbered from 1 without gaps: unused commitments first, where the
-- owner's policy shares them, then the rules in their order.
with

rules as (

    select * from {{ ref('stg_lists__shared_cost_rules') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

steps as (

    select
        rule_id,
        step,
        share_kind,
        lower(share_pattern) as share_pattern,
        method,
        target_kind,
        lower(target_pattern) as target_pattern,
        weight,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_until
    from rules

    union all by name

    select
        'unused_commitments' as rule_id,
        0 as step,
        'unused_commitment' as share_kind,
        '*' as share_pattern,
        'commitment' as method,
        'team' as target_kind,
        '*' as target_pattern,
        date '1900-01-01' as valid_from,
        date '9999-12-31' as valid_until
    from settings
    where unused_commitments = 'share'

)

select
    steps.* exclude (step),
    dense_rank() over (order by steps.step) as step
from steps
