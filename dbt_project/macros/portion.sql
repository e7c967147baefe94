{#-
  One part's portion of an amount, where the parts stand in an order: what the parts up to
  this one have together, minus what those before it have. So the portions sum to the
  amount to the last digit, or to the last unit with `digits` 0. `running` is the sum of
  the shares up to this part, `part` its own, `whole` that of all.
-#}
{% macro portion(amount, running, part, whole, digits=12) -%}
    {{ portion_up_to(amount, running, whole, digits) }}
    - {{ portion_up_to(amount, '(' ~ running ~ ' - ' ~ part ~ ')', whole, digits) }}
{%- endmacro %}

{% macro portion_up_to(amount, running, whole, digits) -%}
    case
        when {{ running }} = {{ whole }} then {{ amount }}
        else {{ money(
            'round(cast(' ~ amount ~ ' as double) * ' ~ running ~ ' / ' ~ whole ~ ', '
            ~ digits ~ ')'
        ) }}
    end
{%- endmacro %}
