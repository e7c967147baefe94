with

-- Calls without a rate are in the currency of the session's others.
priced as (

    select
        sessions.* exclude (billing_currency),
        coalesce(
            sessions.billing_currency,
            max(sessions.billing_currency) over (
                partition by sessions.source_name, sessions.session_id
            )
        ) as billing_currency
    from {{ ref('int_sessions_priced') }} as sessions

),

summed_to_session as (

    select
        priced.source_name,
        priced.session_id,
        coalesce(max(priced.session_name), 'unassigned') as session_name,
        priced.project_name,
        priced.workload_name,
        priced.feature_name,
        priced.tenant_id,
        priced.environment_name,
        coalesce(max(priced.outcome), 'unknown') as outcome,
        coalesce(billing_currency, 'unassigned') as billing_currency,
        cast(sum(request_count) as bigint) as request_count,
        cast(sum(failed_request_count) as bigint) as failed_request_count,
        cast(sum(
            coalesce(input_uncached_tokens, 0)
            + coalesce(input_cache_read_tokens, 0)
            + coalesce(input_cache_write_tokens, 0)
        ) as bigint) as input_token_count,
        cast(sum(coalesce(output_tokens, 0)) as bigint) as output_token_count,
        cast(sum(
            case when estimated_cost is null then request_count else 0 end
        ) as bigint) as unpriced_request_count,
        {{ money(exact_sum('estimated_cost')) }} as estimated_cost,
        priced.first_date as usage_date

    from priced

    group by all

)

select * from summed_to_session
