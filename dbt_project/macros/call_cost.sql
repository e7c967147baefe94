{#-
  What a call's tokens cost at the day's rates. A class of tokens that was used and has
  no rate leaves the cost unknown: NULL; so does a call of which nobody counted a token.
-#}
{%- macro call_cost(calls, rates) -%}
    {%- set counters = [
        'input_uncached_tokens', 'input_cache_read_tokens', 'input_cache_write_tokens',
        'output_tokens',
    ] -%}
    case
        when coalesce(
            {{ calls }}.{{ counters | join(', ' ~ calls ~ '.') }}
        ) is not null
            then
                {%- for meter, tokens in token_meters().items() %}
                case
                    when coalesce({{ tokens }}, 0) = 0 then 0
                    else ({{ tokens }}) * {{ rates }}.{{ rate_column(meter) }}
                end
                {%- if not loop.last %} + {% endif -%}
                {%- endfor %}
    end
{%- endmacro %}
