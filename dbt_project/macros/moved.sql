{#-
  The part of an excess (or of a shortage, below 0) that meets its opposite among its
  fellows: the smaller of both sums, shared in proportion. Over all fellows it sums to 0.
-#}
{% macro moved(amount, excess, shortage) -%}
    {{ money(
        'case when ' ~ amount ~ ' = 0 then 0 else cast(' ~ amount ~ ' as double) * '
        ~ 'least(' ~ excess ~ ', ' ~ shortage ~ ') / '
        ~ 'case when ' ~ amount ~ ' > 0 then ' ~ excess ~ ' else ' ~ shortage
        ~ ' end end'
    ) }}
{%- endmacro %}
