{#-
  For how long a server worked, as well as its metrics say: by its own gauge, else the
  seconds of its requests, of which there are no more than were observed.
-#}
{% macro worked_seconds() -%}
    coalesce(
        nullif(cast(serving_seconds as double), 0),
        least(
            cast(observed_seconds as double),
            cast(prefill_seconds + decode_seconds as double)
        )
    )
{%- endmacro %}

{#-
  The share of a server's time that went into prompts, where the seconds of its requests
  overlap. Each of c requests in flight spends the part p of its time on its prompt, and a
  moment is input when at least one of them does.
-#}
{% macro overlapping_input_share(worked) -%}
    1 - pow(
        1 - cast(prefill_seconds as double)
        / cast(prefill_seconds + decode_seconds as double),
        greatest(
            1, cast(prefill_seconds + decode_seconds as double) / {{ worked }}
        )
    )
{%- endmacro %}

{#- The part of a cost that is for input; the rest is for output, so both are the cost. -#}
{% macro input_part(cost, share) -%}
    {{ money(
        'round(cast(' ~ cost ~ ' as double) * cast(' ~ share ~ ' as double), 12)'
    ) }}
{%- endmacro %}
