{#-
  An id of a row, of the columns that tell it from all others. Nobody writes the control
  characters that stand between values and for what is unknown.
-#}
{% macro row_id(columns) -%}
    md5(concat_ws(
        chr(31),
        {%- for column in columns.split(', ') %}
        coalesce(cast({{ column }} as varchar), chr(30)){{ ',' if not loop.last }}
        {%- endfor %}
    ))
{%- endmacro %}
