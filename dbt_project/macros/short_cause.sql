{#- What is short on a day whose bill is still open is not billed yet. -#}
{% macro short_cause(difference) -%}
    case
        when is_bill_open and {{ difference }} < 0 then 'not_billed'
        else 'unexplained'
    end
{%- endmacro %}
