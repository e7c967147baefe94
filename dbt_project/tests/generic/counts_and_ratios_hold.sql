{#-
  No count is below zero, and every ratio and unit cost is its numerator by its denominator
  as they stand in the same row: unknown where one of them is, never 0, and never divided by
  what the numerator does not hold. Which columns they are, the metric in the column's meta says.
-#}
{% test counts_and_ratios_hold(model) %}
{{- config(meta={'made_by_month': 'billing'}) }}

{%- set columns = graph.nodes['model.unitmill.' ~ model.identifier].columns.values()
    if execute else [] %}

with

judged as (

    select
        *,
        case
            {% for column in columns %}
            {%- if column.name.endswith('_count') %}
            when {{ column.name }} < 0
                then '{{ column.name }} of {{ model.identifier }} is ' || {{ column.name }}
                    || ', below zero; correct the model'
            {%- endif %}
            {%- set metric = column.config.meta.get('metric', {}) %}
            {%- if metric.denominator %}
            {%- set divided -%}
                cast(
                    case when {{ metric.where or 'true' }} then {{ metric.numerator }} end
                    as double
                ) * {{ metric.per }}
                / nullif(cast({{ metric.denominator }} as double), 0)
            {%- endset %}
            when
                ({{ column.name }} is null) != ({{ divided }} is null)
                or abs({{ column.name }} - ({{ divided }}))
                -- Both are rounded to the twelfth digit: of little that is much.
                > 1e-9 * greatest(1, abs({{ divided }}))
                + 1e-12 * ({{ metric.per }} + abs({{ divided }}))
                / abs(cast({{ metric.denominator }} as double))
                then '{{ column.name }} of {{ model.identifier }} is '
                    || coalesce(cast({{ column.name }} as varchar), 'unknown')
                    || ', and its numerator by its denominator is '
                    || coalesce(cast({{ divided }} as varchar), 'unknown')
                    || '; correct the model'
            {%- endif %}
            {% endfor %}
            when false then ''
        end as objection
    from {{ model }}

)

select * from judged
where objection is not null

{% endtest %}
