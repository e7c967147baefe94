{#-
  The meter of a charge in the words of telemetry. Calls stand for all that is not billed
  by the token.
-#}
{% macro usage_meter(sku_meter) -%}
    case
        when
            {{ sku_meter }} like '%Input Tokens' or {{ sku_meter }} like '%Output Tokens'
            then {{ sku_meter }}
        else 'calls'
    end
{%- endmacro %}

{#- The meter of telemetry that tells neither modality nor duration. -#}
{% macro plain_meter(usage_meter) -%}
    regexp_replace(
        replace({{ usage_meter }}, ' 1h ', ' '), '^(Audio|Image|Video|Speech) ', ''
    )
{%- endmacro %}
