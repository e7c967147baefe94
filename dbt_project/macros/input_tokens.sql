{#- All input tokens of a row of usage; NULL where it counts none of their classes. -#}
{% macro input_tokens() -%}
    case
        when
            coalesce(
                input_uncached_tokens, input_cache_read_tokens, input_cache_write_tokens
            ) is not null
            then
                coalesce(input_uncached_tokens, 0)
                + coalesce(input_cache_read_tokens, 0)
                + coalesce(input_cache_write_tokens, 0)
    end
{%- endmacro %}
