{#- What an alert of a cost that stands out says, of the columns of fct_cost_anomalies. -#}
{% macro anomaly_message() -%}
    format(
        '{} in account {} cost {} {} {}{}; {} was expected: {}.',
        service_name, sub_account_id,
        {{ format_amount('effective_cost') }}, currency,
        if(day_count = 1, 'on ', 'from ') || first_date,
        if(day_count = 1, '', ' to ' || last_date),
        {{ format_amount('expected_cost') }},
        case
            when cause = 'volume' and direction = 'surge' then 'more of it was used'
            when cause = 'volume' then 'less of it was used'
            when cause = 'price' and direction = 'surge' then 'its price is higher'
            when cause = 'price' then 'its price is lower'
            when cause = 'new' then 'it is new'
            when cause = 'gone' then 'it is gone'
            else 'quantities do not explain it'
        end
    )
{%- endmacro %}

{#- What an alert of a token drift says, of the columns of fct_token_drifts. -#}
{% macro token_drift_message() -%}
    format(
        'An answer of {}{} takes {:,.0f} tokens, where it took {:,.0f} in the'
        || ' four weeks before: {}; it made {} {} {} in seven days.',
        model_id,
        if(feature_name = 'unassigned', '', ' for ' || feature_name),
        cast(tokens_per_inference as double),
        cast(earlier_tokens_per_inference as double),
        case
            when cause = 'cache' and direction = 'up' then 'a cache is read less'
            when cause = 'cache' then 'a cache is read more'
            when direction = 'up' then 'the ' || cause || ' became longer'
            else 'the ' || cause || ' became shorter'
        end,
        {{ format_amount('abs(drift_cost)') }}, billing_currency,
        if(direction = 'up', 'more', 'less')
    )
{%- endmacro %}
