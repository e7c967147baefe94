{#- Whether a model worked for these calls, so that somebody bills them. -#}
{% macro is_for_a_bill() -%}
    (
        request_count - coalesce(failed_request_count, 0)
        - coalesce(cache_served_request_count, 0) > 0
        or coalesce(input_token_count, 0) + coalesce(output_token_count, 0) > 0
    )
{%- endmacro %}
