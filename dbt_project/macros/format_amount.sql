{#- An amount as text for people: two decimals, thousands apart. -#}
{% macro format_amount(amount) -%}
    format('{:,.2f}', cast({{ amount }} as double))
{%- endmacro %}
