{#-
  Requests that were answered: failed and retried ones are none, and no count is below
  zero where two sources count the same calls. NULL where nobody counts requests.
-#}
{% macro answered() -%}
    case
        when request_count is not null
            then greatest(
                request_count
                - coalesce(failed_request_count, 0)
                - coalesce(retried_request_count, 0),
                0
            )
    end
{%- endmacro %}
