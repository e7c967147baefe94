{#-
  The meters of tokens, and how many of each a row of usage has. They are disjoint: what
  is a part of a counter has a price, and so a meter, of its own. A cache is written to
  for five minutes where nobody says for how long.
-#}
{% macro token_meters() -%}
    {{ return({
        'Input Tokens': 'input_uncached_tokens - coalesce(input_audio_tokens, 0)'
            ~ ' - coalesce(input_image_tokens, 0)',
        'Audio Input Tokens': 'input_audio_tokens',
        'Image Input Tokens': 'input_image_tokens',
        'Cache Read Input Tokens': 'input_cache_read_tokens',
        'Cache Write Input Tokens':
            'input_cache_write_tokens - coalesce(input_cache_write_1h_tokens, 0)',
        'Cache Write 1h Input Tokens': 'input_cache_write_1h_tokens',
        'Output Tokens': 'output_tokens - coalesce(output_audio_tokens, 0)'
            ~ ' - coalesce(output_image_tokens, 0)',
        'Audio Output Tokens': 'output_audio_tokens',
        'Image Output Tokens': 'output_image_tokens',
    }) }}
{%- endmacro %}

{#- The meters as columns of rates: 'Audio Input Tokens' is audio_input_rate. -#}
{% macro rate_column(meter) -%}
    {{ return(meter | lower | replace(' tokens', '_rate') | replace(' ', '_')) }}
{%- endmacro %}
