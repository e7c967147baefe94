-- What callers of self-hosted models cost and how many answers they got, per
-- day: the cost of a model server, shared by the tokens that it computed for them. A
-- server that nobody called keeps its cost, without a caller.
{%- set counts = call_counts() %}
with

servers as (

    select * from {{ ref('int_serving_costs_daily') }}

),

calls as (

    select * from {{ ref('int_self_hosted_requests_by_server') }}

),

ordered as (

    select
        *,
        sum(call_weight) over (
            partition by server_number order by call_number
        ) as running_weight,
        sum(call_weight) over (partition by server_number) as whole_weight
    from calls

),

called as (

    select
        ordered.*,
        {{ portion(
            'servers.billed_cost', 'ordered.running_weight', 'ordered.call_weight',
            'ordered.whole_weight'
        ) }} as billed_cost,
        {{ portion(
            'servers.effective_cost', 'ordered.running_weight', 'ordered.call_weight',
            'ordered.whole_weight'
        ) }} as effective_cost
    from ordered
    inner join servers on ordered.server_number = servers.server_number

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

uncalled as (

    select
        servers.server_number,
        'none' as attribution_method,
        servers.billed_cost,
        servers.effective_cost
    from servers
    anti join calls on servers.server_number = calls.server_number

),

parts as (

    select * from called
    union all by name
    select * from uncalled

),

described as (

    select
        servers.source_name,
        servers.service_provider_name,
        servers.sub_account_id,
        servers.model_id,
        coalesce(parts.processing_tier, 'standard') as processing_tier,
        {{ caller_label('parts', 'project_name') }} as project_name,
        coalesce(parts.workload_name, servers.workload_name) as workload_name,
        coalesce(parts.feature_name, 'unassigned') as feature_name,
        coalesce(parts.tenant_id, 'unassigned') as tenant_id,
        {{ canonical_tag(
            'coalesce(parts.environment_name, servers.environment_name)',
            'settings.tag_value_aliases'
        ) }} as environment_name,
        coalesce(parts.prompt_name, 'unassigned') as prompt_name,
        coalesce(parts.prompt_version, 'unassigned') as prompt_version,
        servers.billing_currency,
        servers.charge_date,
        servers.billing_period_start,
        {{ of_largest('parts.attribution_method', 'parts.effective_cost') }}
            as attribution_method,
        {% for count in counts %}
        sum(parts.{{ count }}) as {{ count }},
        {% endfor %}
        sum(parts.billed_cost) as billed_cost,
        sum(parts.effective_cost) as effective_cost,
        -- Where one machine's work is unknown, so is that of the sum.
        case
            when count(servers.busy_ratio) = count(*)
                then {{ money(exact_sum(
                    'cast(parts.effective_cost as double) * servers.busy_ratio'
                )) }}
        end as busy_cost
    from parts
    inner join servers on parts.server_number = servers.server_number
    cross join settings
    group by all

)

select * from described
