{#-
  Parts of the sentence that a failing row of a test says of itself in its column
  `objection`: amounts, causes and what to do. Where the row is from (source, month,
  file) is put before it where it is shown, from the row's other columns.
-#}

{#- An amount to the cent, and in full where a cent is too coarse to show it. -#}
{% macro stated_amount(amount) -%}
    case
        when {{ amount }} != 0 and abs({{ amount }}) < 0.005
            then rtrim(cast({{ money(amount) }} as varchar), '0')
        else {{ format_amount(amount) }}
    end
{%- endmacro %}

{#- The amount that another one and a difference make, all three as they are shown. -#}
{% macro stated_other_amount(amount, difference) -%}
    {{ format_amount('round(' ~ amount ~ ', 2) - round(' ~ difference ~ ', 2)') }}
{%- endmacro %}

{#- The name of a column; of an expression there is none to say. -#}
{% macro stated_column(column) -%}
    {{ column if modules.re.fullmatch('[a-z0-9_.]+', column | string) else 'the amount' }}
{%- endmacro %}

{#-
  ', charge_date 2026-10-01, unit GPU hours': the columns that identify a row, but for
  its source and month; nothing where there are no others.
-#}
{% macro stated_row(columns) -%}
    {%- set others = columns | reject('in', ['source_name', 'billing_period_start']) -%}
    concat_ws(
        ', ', ''
        {%- for name in others %},
        '{{ name }} ' || coalesce(cast({{ name }} as varchar), 'unknown')
        {%- endfor %}
    )
{%- endmacro %}
