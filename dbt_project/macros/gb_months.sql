{#-
  An amount stored for a time (GB-Months, 100 GB-Months, TiB-Hours, gibibyte month) in its
  parts: how many at once, of which size, decimal or binary, and for how long. A unit that
  is no such amount has an empty span.
-#}
{% macro storage_unit(unit) -%}
    regexp_extract(
        replace(replace(
            regexp_replace(
                lower({{ unit }}), '(k|m|g|t|p)[ei]?bibyte', '\1ib'
            ),
            'gigabyte', 'gb'), 'terabyte', 'tb'),
        '^(\d*) ?(k|m|g|t|p)(i?)b[-/ ](month|mo|day|hour|hr|second)s?$',
        ['block', 'size', 'binary', 'span']
    )
{%- endmacro %}

{#-
  A quantity of such a unit in GB (10^9 bytes) over the month. A GB is what a bill calls so;
  a GiB has 2^30 bytes, and a TB has 1000 GB. NULL where the unit is no such amount.
-#}
{% macro gb_months(quantity, unit, month_hours) -%}
    case
        when {{ unit }}.span != ''
            then {{ money(
                quantity
                ~ ' * coalesce(try_cast(' ~ unit ~ '.block as bigint), 1)'
                ~ ' * power(case ' ~ unit ~ ".binary when '' then 1000 else 1024 end,"
                ~ ' case ' ~ unit ~ ".size when 'k' then 1 when 'm' then 2"
                ~ " when 'g' then 3 when 't' then 4 else 5 end)"
                ~ ' / 1e9'
                ~ ' * case ' ~ unit ~ ".span when 'month' then 1 when 'mo' then 1"
                ~ " when 'day' then 24 / " ~ month_hours
                ~ " when 'second' then 1 / 3600.0 / " ~ month_hours
                ~ ' else 1 / ' ~ month_hours ~ ' end'
            ) }}
    end
{%- endmacro %}
