{#-
  Of the AI cost of a month, more than the owner's `allocation.unclassified_share` is of
  no class that a rule names. What nothing says of that it is AI is not AI.
-#}
{% test ai_is_classified(model) %}

with

failing as (

    select
        charges.source_name,
        strftime(charges.billing_period_start, '%Y-%m') as billing_period,
        charges.billing_currency,
        sum(abs(charges.effective_cost)) as ai_cost,
        sum(abs(charges.effective_cost)) filter (where not charges.is_classified)
            as unclassified_cost

    from {{ model }} as charges

    cross join {{ ref('stg_landing__settings') }} as settings

    where charges.ai_cost_class != 'not_ai'

    group by all

    having
        unclassified_cost
        > sum(abs(charges.effective_cost))
        * cast(max(settings.unclassified_share) as double)

)

select
    {{ stated_amount('unclassified_cost') }} || ' of ' || {{ stated_amount('ai_cost') }}
    || ' ' || billing_currency || ' of AI cost has no class that a rule names; '
    || 'report its services, or raise allocation.unclassified_share' as objection,
    *

from failing

{% endtest %}
