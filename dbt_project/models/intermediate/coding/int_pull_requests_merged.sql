-- What each developer merged in a month, by repository.
with

pull_requests as (

    select
        *,
        date_trunc('month', merged_at) as billing_period_start
    from {{ ref('stg_lists__pull_requests') }}

),

developers as (

    select * from {{ ref('int_coding_developers') }}

),

merged as (

    select
        coalesce(developers.developer_id, pull_requests.author_id) as developer_id,
        pull_requests.repository as repository_name,
        pull_requests.billing_period_start,
        count(*) as merged_count
    from pull_requests
    left join developers
        on
            pull_requests.author_id = developers.user_id
            and pull_requests.billing_period_start = developers.billing_period_start
    group by all

),

-- Whole numbers before and up to each repository, so that the parts add up to the cost.
placed as (

    select
        *,
        sum(merged_count) over by_developer as all_count,
        sum(merged_count) over (
            by_developer
            order by repository_name
            rows unbounded preceding
        ) as running_count
    from merged
    window by_developer as (partition by developer_id, billing_period_start)

)

select * from placed
