{#- The sentences of alerts: each has the numbers and, where it is known, the cause. -#}
{% macro said(amount) -%}
    format('{:,.2f}', cast({{ amount }} as double))
{%- endmacro %}

{#- A day of a budget; its cause follows. -#}
{% macro said_budget() -%}
    coalesce(budget_name, budget_id) || ': ' || {{ said('spent_cost') }} || ' of '
    || {{ said('budget_amount') }} || ' ' || budget_currency || ' was spent by '
    || as_of_date || case alert_kind
        when 'budget_threshold_passed'
            then ', ' || threshold_passed_percent || ' percent or more'
        when 'budget_breach_projected'
            then ', and at ' || {{ said('daily_burn') }}
            || ' a day the budget is passed on ' || breach_date
        else ', ' || {{ said('spent_cost - budget_amount') }} || ' more than planned'
    end
{%- endmacro %}

{#- What stands behind a surge, as a part of a budget's sentence. -#}
{% macro said_cause() -%}
    '; behind it is ' || case cause
        when 'volume' then 'more use of '
        when 'price' then 'a higher price of '
        when 'new' then 'the new cost of '
        else 'the rising cost of '
    end || service_name || ' in account ' || sub_account_id || ' since ' || first_date
{%- endmacro %}

{% macro said_anomaly() -%}
    service_name || ' in account ' || sub_account_id || ' cost '
    || {{ said('effective_cost') }} || ' ' || currency || case day_count
        when 1 then ' on ' || first_date
        else ' from ' || first_date || ' to ' || last_date
    end || ', where ' || {{ said('expected_cost') }} || ' was to be expected; '
    || case cause
        when 'volume' then case direction when 'surge' then 'more' else 'less' end
            || ' of it was used'
        when 'price' then 'its price is '
            || case direction when 'surge' then 'higher' else 'lower' end
        when 'new' then 'it is new'
        when 'gone' then 'it is gone'
        else 'quantities do not explain it'
    end || '.'
{%- endmacro %}

{% macro said_drift() -%}
    'An answer of ' || model_id || case feature_name
        when 'unassigned' then ''
        else ' for ' || feature_name
    end || ' takes ' || format('{:,.0f}', cast(tokens_per_inference as double))
    || ' tokens, where it took '
    || format('{:,.0f}', cast(earlier_tokens_per_inference as double))
    || ' in the four weeks before: ' || case cause
        when 'cache' then 'a cache is read '
            || case direction when 'up' then 'less' else 'more' end
        else 'the ' || cause || ' became '
            || case direction when 'up' then 'longer' else 'shorter' end
    end || '; it made ' || {{ said('abs(drift_cost)') }} || ' ' || billing_currency
    || case direction when 'up' then ' more' else ' less' end || ' in seven days.'
{%- endmacro %}

{% macro said_run() -%}
    'Training ' || run_name || ' cost ' || {{ said('effective_cost') }} || ' '
    || billing_currency || ', ' || {{ said('-cap_headroom') }} || ' more than its cap of '
    || {{ said('cost_cap') }} || '.'
{%- endmacro %}

{% macro said_epoch() -%}
    'Epoch ' || epoch_number || ' of ' || run_name || ' cost '
    || {{ said('effective_cost') }} || ' ' || billing_currency
    || ' and did not better ' || metric_name || ' by enough for it.'
{%- endmacro %}

{#- An id may be a path; its last part is enough to know it by. -#}
{% macro said_end() -%}
    commitment_type || ' ' || regexp_extract(commitment_id, '[^/]+$') || ' of '
    || source_name || ' ends on ' || cast(commitment_end as date) || ', ' || days_left
    || ' days after the data; it cost ' || {{ said('effective_cost') }} || ' '
    || billing_currency || ' in ' || strftime(billing_period_start, '%Y-%m') || ', and '
    || {{ said('abs(commitment_savings)') }} || case
        when commitment_savings < 0 then ' less' else ' more'
    end || ' would be paid without it.'
{%- endmacro %}

{% macro said_restatement() -%}
    'The closed month ' || strftime(billing_period_start, '%Y-%m') || ' of '
    || source_name || ' changed by ' || {{ said('billed_cost_delta') }} || ' '
    || billing_currency || ' billed, to ' || {{ said('new_billed_cost') }} || '.'
{%- endmacro %}
