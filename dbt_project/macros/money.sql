{#- The type of every amount and quantity: decimal, never float. -#}
{% macro money(expression) -%}
    cast({{ expression }} as decimal(38, 12))
{%- endmacro %}

{#-
  A sum that is the same to the last digit whatever the order of rows, the threads and the
  engine, which a sum of doubles is not. Three digits more than an amount has, so that
  seven sevenths are one. `over` is what follows the sum: a window, a filter.
-#}
{% macro exact_sum(expression, over='') -%}
    cast(sum(cast({{ expression }} as decimal(38, 15))) {{ over }} as double)
{%- endmacro %}

{#-
  The value that a share of all values does not pass, between the two that are nearest.
  Engines interpolate in another order, so it is rounded: to 9 digits, which a price of a
  token-hour has and double keeps of a cost up to a million; amounts of days to 6.
-#}
{% macro percentile(expression, share, digits=9) -%}
    round(quantile_cont(cast({{ expression }} as double), {{ share }}), {{ digits }})
{%- endmacro %}

{#-
  A cost divided by what it bought, times `per`. Nothing bought gives NULL: the unit
  cost is unknown then, neither 0 nor an error. Division in DuckDB is done in double,
  which holds 15 digits: more than a price list states.
-#}
{% macro unit_cost(cost, quantity, per=1) -%}
    cast(
        cast({{ cost }} as double) * {{ per }} / nullif(cast({{ quantity }} as double), 0)
        as decimal(38, 12)
    )
{%- endmacro %}

{#-
  An amount in the reporting currency. Without conversion it stays what it is to the
  last digit; two decimals of 38 digits would overflow, so a rate multiplies in double.
-#}
{% macro converted(amount, rates) -%}
    case
        when {{ rates }}.exchange_rate_source = 'same currency' then {{ amount }}
        else
            cast(
                cast({{ amount }} as double) * cast({{ rates }}.exchange_rate as double)
                as decimal(38, 12)
            )
    end
{%- endmacro %}

{#- A share between two sums, from its parts, never from other ratios. -#}
{% macro ratio(part, whole) -%}
    cast(
        cast({{ part }} as double) / nullif(cast({{ whole }} as double), 0)
        as decimal(38, 12)
    )
{%- endmacro %}

{#-
  What a commitment pays of a cost, as a share of 0 to 1. A discount of the agreement is no
  row of the commitment: 96.00 committed and -2.00 off make a machine of 94.00, whose
  whole 94.00 is paid without its work, and not 96.00.
-#}
{% macro committed_share(committed, whole) -%}
    greatest(0, least(1, coalesce({{ ratio(committed, whole) }}, 0)))
{%- endmacro %}
