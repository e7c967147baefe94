-- What callers of self-hosted models cost and how many answers they got, per
-- day: the cost of a model server, split into that of input and that of output, each
-- shared by the tokens that it computed for them. Where no basis splits it, its requests
-- share the whole. A server that nobody called keeps its cost, without a caller.
{%- set counts = call_counts() %}
with

servers as (

    select
        costs.*,
        {% for cost in ['billed', 'effective'] %}
        {{ input_part('costs.' ~ cost ~ '_cost', 'coalesce(shares.input_share, 1)') }}
            as {{ cost }}_of_input,
        costs.{{ cost }}_cost - {{ cost }}_of_input as {{ cost }}_of_output,
        {% endfor %}
        shares.token_split_basis
    from {{ ref('int_serving_costs_daily') }} as costs
    left join {{ ref('int_server_token_shares') }} as shares
        on costs.server_number = shares.server_number

),

calls as (

    select * from {{ ref('int_self_hosted_requests_by_server') }}

),

-- Calls that count no token have no part in a server that counts the tokens of others.
weighed as (

    select
        {% for side in ['input', 'output'] %}
        case
            when sum(input_weight + output_weight) over (partition by server_number) > 0
                then {{ side }}_weight
            else request_weight
        end as {{ side }}_part,
        {% endfor %}
        *
    from calls

),

ordered as (

    select
        {% for side in ['input', 'output'] %}
        sum({{ side }}_part) over (
            partition by server_number order by call_number
        ) as running_{{ side }},
        sum({{ side }}_part) over (partition by server_number) as whole_{{ side }},
        {% endfor %}
        *
    from weighed

),

called as (

    select
        ordered.*,
        servers.token_split_basis,
        {% for side in ['input', 'output'] %}
        {% for cost in ['billed', 'effective'] %}
        {{ portion(
            'servers.' ~ cost ~ '_of_' ~ side, 'ordered.running_' ~ side,
            'ordered.' ~ side ~ '_part', 'ordered.whole_' ~ side
        ) }} as {{ cost }}_{{ side }}_cost,
        {% endfor %}
        {% endfor %}
        billed_input_cost + billed_output_cost as billed_cost,
        effective_input_cost + effective_output_cost as effective_cost,
        case when token_split_basis is not null then effective_input_cost end
            as input_cost,
        case when token_split_basis is not null then effective_output_cost end
            as output_cost
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
        {{ of_largest('parts.token_split_basis', 'parts.effective_cost') }}
            as token_split_basis,
        sum(parts.input_cost) as input_cost,
        sum(parts.output_cost) as output_cost,
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
