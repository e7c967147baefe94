{#-
  What a call's tokens cost at the day's rates. A class of tokens that was used and has
  no rate leaves the cost unknown: NULL; so does a call of which nobody counted a token.
-#}
{%- macro call_cost(calls, rates) -%}
    {%- set classes = {
        'input_uncached_tokens': 'input_rate',
        'input_cache_read_tokens': 'cache_read_rate',
        'input_cache_write_tokens': 'cache_write_rate',
        'output_tokens': 'output_rate',
    } -%}
    case
        when coalesce(
            {{ calls }}.{{ classes | join(', ' ~ calls ~ '.') }}
        ) is not null
            then
                {%- for tokens, rate in classes.items() %}
                case
                    when coalesce({{ calls }}.{{ tokens }}, 0) = 0 then 0
                    else {{ calls }}.{{ tokens }} * {{ rates }}.{{ rate }}
                end
                {%- if not loop.last %} + {% endif -%}
                {%- endfor %}
    end
{%- endmacro %}
