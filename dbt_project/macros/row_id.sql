{#-
  An id of a row, of the columns that tell it from all others: `||` stands between values,
  `|` for what is unknown. A test that money adds up fails where a name has these, too.
-#}
{% macro row_id(columns) -%}
    md5(concat_ws(
        '||',
        {%- for column in columns.split(', ') %}
        coalesce(cast({{ column }} as varchar), '|'){{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}
