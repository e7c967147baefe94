-- Calls that the metering telemetry counts beyond those of callers. An account and tier in
-- which callers have more calls than were metered are those of another: a gateway names
-- no account, or no tier. So what is too much there is taken from the others of the model
-- and day, in their proportion, and no count falls below zero. What the metering
-- telemetry does not tell (a vendor's report no failures) is unknown of these calls, and
-- takes nothing from what a log knows of its own.
{%- set cell = ['provider_name', 'sub_account_id', 'model_id', 'processing_tier'] %}
{%- set day = 'partition by provider_name, model_id, usage_date' %}
with

usage as (

    select * from {{ ref('int_api_requests_by_role') }}

),

sides as (

    select
        {{ cell | join(', ') }},
        {% for count in call_counts() %}
        sum({{ count }}) filter (where role = 'metering') as metered_{{ count }},
        sum({{ count }}) filter (where role = 'attributing') as called_{{ count }},
        {% endfor %}
        usage_date
    from usage
    group by all

),

-- Of an account that it meters, a vendor may not count a call that failed on the way.
compared as (

    select
        {{ cell | join(', ') }},
        {% for count in call_counts() %}
        {% if count == 'request_count' %}
        coalesce(metered_request_count, 0) - least(
            coalesce(called_request_count, 0),
            greatest(
                metered_request_count,
                called_request_count
                - case
                    when metered_request_count > 0
                        then coalesce(called_failed_request_count, 0)
                    else 0
                end
            )
        ) as request_count,
        {% else %}
        case
            when count(metered_{{ count }}) over ({{ day }}) > 0
                then coalesce(metered_{{ count }}, 0) - coalesce(called_{{ count }}, 0)
        end as {{ count }},
        {% endif %}
        {% endfor %}
        usage_date
    from sides

),

summed as (

    select
        {% for count in call_counts() %}
        sum(greatest({{ count }}, 0)) over of_day as {{ count }}_beyond,
        greatest(sum({{ count }}) over of_day, 0) as {{ count }}_left,
        sum(greatest({{ count }}, 0)) over up_to_cell as {{ count }}_running,
        {% endfor %}
        *
    from compared
    window
        of_day as ({{ day }}),
        up_to_cell as (
            {{ day }}
            order by sub_account_id, processing_tier
            rows unbounded preceding
        )

),

netted as (

    select
        {{ cell | join(', ') }},
        {% for count in call_counts() %}
        case
            when {{ count }} is not null
                then {{ portion(
                    count ~ '_left', count ~ '_running',
                    'greatest(' ~ count ~ ', 0)', count ~ '_beyond', digits=0
                ) }}
        end as {{ count }},
        {% endfor %}
        usage_date
    from summed

)

select * from netted
where request_count > 0
