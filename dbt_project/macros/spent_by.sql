{#-
  What of an amount was spent when a share of its time had passed; the whole of it at the
  end, to the last digit.
-#}
{% macro spent_by(amount, share) -%}
    case
        when {{ share }} <= 0 then {{ money('0') }}
        when {{ share }} >= 1 then {{ money(amount) }}
        else {{ money('cast(' ~ amount ~ ' as double) * (' ~ share ~ ')') }}
    end
{%- endmacro %}
