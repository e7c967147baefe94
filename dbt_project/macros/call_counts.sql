{#-
  What is counted of calls. A count that no source tells is NULL; the requests that are
  known to have failed or not stand beside the failed ones.
-#}
{% macro call_counts() -%}
    {{ return([
        'request_count', 'failed_request_count', 'failure_known_request_count',
        'retried_request_count', 'cache_served_request_count',
        'truncated_request_count', 'uncounted_request_count',
        'latency_ms', 'latency_request_count',
        'input_token_count', 'cache_read_token_count', 'cache_write_token_count',
        'output_token_count', 'truncated_token_count', 'failed_token_count',
    ]) }}
{%- endmacro %}
