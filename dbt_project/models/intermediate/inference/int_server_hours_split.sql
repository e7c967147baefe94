-- Which share of its time a model server spent on input, hour by hour, by the first basis
-- that its metrics allow: the role of the server, seconds of its GPU by phase, seconds of
-- its requests by phase, tokens. An hour of which nobody knows how long the server worked
-- is in no row: it has no weight in its day.
with

machines as (

    select * from {{ ref('int_node_names') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

hours as (

    select
        *,
        coalesce(input_uncached_tokens, 0) + coalesce(input_cache_write_tokens, 0)
            as computed_input_tokens,
        coalesce(output_tokens, 0) as computed_output_tokens,
        prefill_seconds + decode_seconds > 0 as has_phases
    from {{ ref('int_model_usage_ranked') }}
    where provider_name = 'self-hosted' and is_metering

),

judged as (

    select
        *,
        case
            when server_role is not null then 'role'
            when has_phases and not phases_overlap then 'phase_time'
            when has_phases and {{ worked_seconds() }} > 0 then 'request_time'
            when computed_input_tokens + computed_output_tokens > 0 then 'token_ratio'
        end as token_split_basis,
        case
            when server_role is not null then cast(observed_seconds as double)
            when has_phases and not phases_overlap
                then cast(prefill_seconds + decode_seconds as double)
            when has_phases then {{ worked_seconds() }}
            else cast(serving_seconds as double)
        end as worked_seconds
    from hours

),

split as (

    select
        machines.source_name,
        machines.node_name,
        coalesce(judged.model_id, 'unassigned') as model_id,
        judged.workload_name,
        judged.token_split_basis,
        {{ money('round(case judged.token_split_basis'
            ~ " when 'role' then case judged.server_role when 'prefill' then 1 else 0 end"
            ~ " when 'phase_time' then cast(judged.prefill_seconds as double)"
            ~ ' / cast(judged.prefill_seconds + judged.decode_seconds as double)'
            ~ " when 'request_time' then "
            ~ overlapping_input_share('judged.worked_seconds')
            ~ ' else cast(judged.computed_input_tokens as double) / ('
            ~ 'judged.computed_input_tokens + judged.computed_output_tokens'
            ~ ' * cast(settings.output_token_weight as double)) end, 12)') }}
            as input_share,
        {{ money('round(judged.worked_seconds, 6)') }} as worked_seconds,
        judged.usage_date,
        judged.window_start
    from judged
    cross join settings
    left join machines on lower(judged.resource_id) = machines.machine_name
    where judged.token_split_basis is not null and judged.worked_seconds > 0

)

select * from split
