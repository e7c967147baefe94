-- What a developer's tools cost in a month is spread evenly over what the developer merged
-- in it. The cost of who merged nothing, and of what names nobody, goes to no pull request:
-- it stays with its repository, as far as that is known.
with

costs as (

    select
        developer_id,
        team_name,
        repository_name,
        billing_currency,
        billing_period_start,
        sum(effective_cost) as effective_cost
    from {{ ref('fct_coding_costs_daily') }}
    where effective_cost is not null
    group by all

),

merged as (

    select * from {{ ref('int_pull_requests_merged') }}

),

of_developers as (

    select
        developer_id,
        team_name,
        billing_currency,
        billing_period_start,
        sum(effective_cost) as effective_cost
    from costs
    group by all

),

-- A developer with two teams or currencies has the pull requests once, in the larger one.
spread as (

    select
        placed.repository_name,
        of_developers.team_name,
        of_developers.billing_currency,
        of_developers.billing_period_start,
        case
            when row_number() over (
                partition by
                    placed.developer_id, placed.repository_name,
                    placed.billing_period_start
                order by
                    of_developers.effective_cost desc,
                    of_developers.team_name asc,
                    of_developers.billing_currency asc
            ) = 1 then placed.merged_count
            else 0
        end as merged_count,
        true as has_merged,
        {{ portion(
            'of_developers.effective_cost', 'placed.running_count',
            'placed.merged_count', 'placed.all_count'
        ) }} as effective_cost
    from merged as placed
    inner join of_developers using (developer_id, billing_period_start)

),

unmerged as (

    select
        costs.repository_name,
        costs.team_name,
        costs.billing_currency,
        costs.billing_period_start,
        0 as merged_count,
        false as has_merged,
        costs.effective_cost
    from costs
    where not exists (
        select 1
        from merged
        where
            costs.developer_id = merged.developer_id
            and costs.billing_period_start = merged.billing_period_start
    )

),

-- Pull requests of who costs nothing in any tool.
free as (

    select
        merged.repository_name,
        'unassigned' as team_name,
        'unassigned' as billing_currency,
        merged.billing_period_start,
        merged.merged_count,
        true as has_merged,
        cast(null as decimal(38, 12)) as effective_cost
    from merged
    where not exists (
        select 1
        from of_developers
        where
            merged.developer_id = of_developers.developer_id
            and merged.billing_period_start = of_developers.billing_period_start
    )

),

summed_to_month as (

    select
        repository_name,
        team_name,
        billing_currency,
        cast(sum(merged_count) as bigint) as merged_pull_request_count,
        {{ money('sum(effective_cost)') }} as effective_cost,
        {{ money('sum(effective_cost) filter (where has_merged)') }}
            as pull_request_cost,
        billing_period_start
    from (
        select * from spread
        union all by name
        select * from unmerged
        union all by name
        select * from free
    ) as parts
    group by all

)

select
    * exclude (billing_period_start),
    {{ unit_cost('pull_request_cost', 'merged_pull_request_count') }}
        as cost_per_pull_request,
    billing_period_start
from summed_to_month
