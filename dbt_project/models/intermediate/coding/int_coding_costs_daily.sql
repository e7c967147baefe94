-- Charges of coding tools beside what they used, by developer.
{%- set costs = [
    'billed_cost', 'effective_cost', 'seat_cost', 'on_demand_cost', 'included_cost',
] %}
{%- set counts = [
    'input_uncached_token_count', 'cache_read_token_count', 'cache_write_token_count',
    'output_token_count', 'request_count',
] %}
{%- set grain = [
    'source_name', 'tool_name', 'user_id', 'repository_name', 'model_id',
    'billing_currency', 'billing_period_start',
] %}
with

charges as (

    select * from {{ ref('int_coding_charges_daily') }}

),

usage as (

    select * from {{ ref('int_coding_usage_daily') }}

),

developers as (

    select * from {{ ref('int_coding_developers') }}

),

-- Usage stands beside the bill of its tool, where there is one.
bills as (

    select
        tool_name,
        billing_period_start,
        arg_max(source_name, (cost, source_name, billing_currency)) as source_name,
        arg_max(billing_currency, (cost, source_name, billing_currency))
            as billing_currency
    from (
        select
            tool_name,
            source_name,
            billing_currency,
            billing_period_start,
            sum(effective_cost) as cost
        from charges
        group by all
    ) as summed
    group by all

),

both_sides as (

    select
        {{ grain | join(', ') }},
        team_name,
        charge_date,
        {{ costs | join(', ') }}
    from charges

    union all by name

    select
        usage.* exclude (source_name, usage_date, is_on_demand),
        coalesce(bills.source_name, usage.source_name) as source_name,
        coalesce(bills.billing_currency, 'unassigned') as billing_currency,
        usage.usage_date as charge_date
    from usage
    left join bills using (tool_name, billing_period_start)

),

named as (

    select
        both_sides.* exclude (user_id, team_name, repository_name, model_id),
        coalesce(developers.developer_id, both_sides.user_id, 'unassigned')
            as developer_id,
        coalesce(both_sides.team_name, developers.team_name, 'unassigned') as team_name,
        coalesce(both_sides.repository_name, 'unassigned') as repository_name,
        coalesce(both_sides.model_id, 'unassigned') as model_id
    from both_sides
    left join developers
        on
            both_sides.user_id = developers.user_id
            and both_sides.billing_period_start = developers.billing_period_start

),

summed_to_day as (

    select
        source_name,
        tool_name,
        developer_id,
        team_name,
        repository_name,
        model_id,
        billing_currency,
        {% for cost in costs %}
        {{ money('sum(' ~ cost ~ ')') }} as {{ cost }},
        {% endfor %}
        {% for count in counts %}
        cast(sum({{ count }}) as bigint) as {{ count }},
        {% endfor %}
        {{ money('sum(credit_count)') }} as credit_count,
        charge_date,
        billing_period_start
    from named
    group by all

)

select * from summed_to_day
