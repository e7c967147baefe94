-- Which share of a model server's cost of a day is for input: that of its hours, by how long
-- it worked in each. Its hours are found as calls are: of its machine, else of its
-- workload, else all of its model. Without any the tokens of its calls split it, and calls
-- without tokens do not.
with

servers as (

    select * from {{ ref('int_serving_costs_daily') }}

),

hours as (

    select * from {{ ref('int_server_hours_split') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

matched as (

    select
        servers.server_number,
        hours.token_split_basis,
        hours.input_share,
        hours.worked_seconds,
        case
            when
                hours.source_name = servers.source_name
                and hours.node_name = servers.node_name
                then if(hours.workload_name = servers.workload_name, 1, 2)
            when hours.workload_name = servers.workload_name then 3
            else 4
        end as match_rank
    from servers
    inner join hours
        on
            servers.model_id = hours.model_id
            and servers.charge_date = hours.usage_date

),

nearest as (

    select * from matched
    qualify match_rank = min(match_rank) over (partition by server_number)

),

by_basis as (

    select
        server_number,
        token_split_basis,
        sum(worked_seconds) as worked_seconds,
        {{ exact_sum(
            'cast(worked_seconds as double) * cast(input_share as double)'
        ) }} as input_seconds
    from nearest
    group by all

),

measured as (

    select
        server_number,
        {{ of_largest('token_split_basis', 'worked_seconds') }} as token_split_basis,
        sum(worked_seconds) as worked_seconds,
        {{ exact_sum('input_seconds') }} / cast(sum(worked_seconds) as double)
            as input_share
    from by_basis
    group by server_number

),

called as (

    select
        server_number,
        sum(input_weight) as input_weight,
        sum(output_weight) as output_weight
    from {{ ref('int_self_hosted_requests_by_server') }}
    group by server_number

),

-- Where no caller has input, or none has output, the other side pays it all.
shared as (

    select
        called.server_number,
        measured.worked_seconds,
        case
            when called.input_weight + called.output_weight > 0
                then coalesce(measured.token_split_basis, 'token_ratio')
            else measured.token_split_basis
        end as token_split_basis,
        {{ money('round(case'
            ~ ' when called.input_weight + called.output_weight = 0'
            ~ ' then measured.input_share'
            ~ ' when called.input_weight = 0 then 0 when called.output_weight = 0 then 1'
            ~ ' else coalesce(measured.input_share, cast(called.input_weight as double) / ('
            ~ 'cast(called.input_weight as double) + cast(called.output_weight as double)'
            ~ ' * cast(settings.output_token_weight as double))) end, 12)') }}
            as input_share
    from called
    cross join settings
    left join measured on called.server_number = measured.server_number

)

select * from shared
