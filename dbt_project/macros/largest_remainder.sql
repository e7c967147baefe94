{#-
  One part's portion of an amount by largest remainder (Hamilton): each part gets the whole
  units of its quota, and the units that are left go to the largest remainders, so that the
  portions sum to the amount to the last digit. A unit is the twelfth decimal. `part` and
  `whole` are whole numbers (portion_weight), `parts` names the amount that is split, and
  `order_by` decides between equal remainders.
-#}
{% macro largest_remainder(amount, part, whole, parts, order_by) -%}
    {%- set units -%}
        cast(cast(abs({{ amount }}) as decimal(25, 12)) * cast(1000000000000 as decimal(13, 0)) as hugeint)
    {%- endset -%}
    {%- set quota -%} ({{ units }} * {{ part }} // {{ whole }}) {%- endset -%}
    cast(sign({{ amount }}) as integer) * cast(
        {{ quota }} + case
            when
                row_number() over (
                    partition by {{ parts }}
                    order by {{ units }} * {{ part }} % {{ whole }} desc, {{ order_by }}
                ) <= {{ units }} - sum({{ quota }}) over (partition by {{ parts }})
                then 1
            else 0
        end as decimal(25, 0)
    ) * cast('0.000000000001' as decimal(13, 12))
{%- endmacro %}

{#-
  A weight as a whole number of a million billion, which keeps fifteen digits. Weights are
  summed as decimals: a sum of doubles depends on the order in which threads come by.
-#}
{% macro portion_weight(weight, parts) -%}
    cast(round(
        cast({{ money(weight) }} as double)
        / cast(sum({{ money(weight) }}) over (partition by {{ parts }}) as double) * 1e15
    ) as hugeint)
{%- endmacro %}
