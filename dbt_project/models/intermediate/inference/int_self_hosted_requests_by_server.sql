-- Which model server answered which calls: those of its model on the machine that the
-- telemetry names, else those that name its workload, else all of its model. Calls that
-- several servers may have answered are spread over them by their cost.
{%- set counts = call_counts() %}
{%- set weights = ['input_weight', 'output_weight', 'request_weight'] %}
with

servers as (

    select * from {{ ref('int_serving_costs_daily') }}

),

calls as (

    select * from {{ ref('int_self_hosted_requests') }}

),

matched as (

    select
        servers.server_number,
        greatest(servers.effective_cost, 0.000001) as server_cost,
        calls.*,
        case
            when
                calls.source_name = servers.source_name
                and calls.node_name = servers.node_name
                then 1
            when calls.workload_name = servers.workload_name then 2
            else 3
        end as match_rank
    from calls
    inner join servers
        on
            calls.model_id = servers.model_id
            and calls.usage_date = servers.charge_date
    where {{ weights | join(' + ') }} > 0

),

nearest as (

    select * from matched
    qualify match_rank = min(match_rank) over (partition by call_number)

),

spread as (

    select
        *,
        sum(server_cost) over (
            partition by call_number order by server_number
        ) as running_cost,
        sum(server_cost) over (partition by call_number) as whole_cost
    from nearest

),

counted as (

    select
        server_number,
        call_number,
        processing_tier,
        project_name,
        workload_name,
        feature_name,
        tenant_id,
        environment_name,
        prompt_name,
        prompt_version,
        {% for count in counts %}
        {{ portion(count, 'running_cost', 'server_cost', 'whole_cost', digits=0) }}
            as {{ count }},
        {% endfor %}
        {% for weight in weights %}
        {{ portion(weight, 'running_cost', 'server_cost', 'whole_cost') }}
            as {{ weight }},
        {% endfor %}
        ['resource', 'deployment', 'model'][match_rank] as attribution_method
    from spread

)

select * from counted
