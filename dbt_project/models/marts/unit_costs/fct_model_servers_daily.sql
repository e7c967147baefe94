with

servers as (

    select * from {{ ref('int_serving_costs_daily') }}

),

shares as (

    select * from {{ ref('int_server_token_shares') }}

),

-- What no call could be laid on has no tokens, and costs all the same.
called as (

    select
        server_number,
        sum({{ answered() }}) as inference_count,
        sum(input_token_count) as input_token_count,
        sum(cache_read_token_count) as cache_read_token_count,
        sum(output_token_count) as output_token_count
    from {{ ref('int_self_hosted_requests_by_server') }}
    group by server_number

),

split as (

    select
        servers.*,
        called.* exclude (server_number),
        shares.token_split_basis,
        shares.input_share,
        {{ input_part('servers.effective_cost', 'shares.input_share') }} as input_cost,
        servers.effective_cost - input_cost as output_cost,
        {{ money(
            'cast(servers.effective_cost as double) * servers.busy_ratio'
        ) }} as busy_cost,
        called.input_token_count + called.output_token_count as token_count
    from servers
    left join called on servers.server_number = called.server_number
    left join shares on servers.server_number = shares.server_number

),

divided as (

    select
        source_name,
        service_provider_name,
        sub_account_id,
        node_name,
        model_id,
        workload_name,
        environment_name,
        billing_currency,
        token_split_basis,
        input_share,
        cast(inference_count as bigint) as inference_count,
        cast(input_token_count as bigint) as input_token_count,
        cast(cache_read_token_count as bigint) as cache_read_token_count,
        cast(output_token_count as bigint) as output_token_count,
        billed_cost,
        effective_cost,
        busy_cost,
        input_cost,
        output_cost,
        energy_kwh,
        {{ ratio('busy_cost', 'effective_cost') }} as utilization_ratio,
        {{ unit_cost('input_cost', 'input_token_count', per=1000000) }}
            as input_cost_per_1m_tokens,
        {{ unit_cost('output_cost', 'output_token_count', per=1000000) }}
            as output_cost_per_1m_tokens,
        {{ unit_cost('token_count', 'energy_kwh') }} as tokens_per_kwh,
        charge_date,
        billing_period_start
    from split

)

select * from divided
