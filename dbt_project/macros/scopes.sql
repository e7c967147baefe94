{#- The levels that costs are reported by, and the column of fct_showback_daily of each. -#}
{% macro scopes() -%}
    {{ return({
        'total': "'all'",
        'source': 'source_name',
        'provider': 'service_provider_name',
        'ai_cost_class': 'ai_cost_class',
        'team': 'team_name',
        'project': 'project_name',
        'feature': 'feature_name',
        'tenant': 'tenant_id',
        'environment': 'environment_name',
        'model': 'model_id',
        'workload': 'workload_name',
    }) }}
{%- endmacro %}
