with

priced as (

    select * from {{ ref('int_sessions_priced') }}

),

summed_to_session as (

    select
        source_name,
        session_id,
        coalesce(max(session_name), 'unassigned') as session_name,
        coalesce(project_name, 'unassigned') as project_name,
        coalesce(workload_name, 'unassigned') as workload_name,
        coalesce(feature_name, 'unassigned') as feature_name,
        coalesce(tenant_id, 'unassigned') as tenant_id,
        coalesce(environment_name, 'unassigned') as environment_name,
        coalesce(max(outcome), 'unknown') as outcome,
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
        {{ money('sum(estimated_cost)') }} as estimated_cost,
        usage_date

    from priced

    group by all

)

select * from summed_to_session
