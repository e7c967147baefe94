{#- The highest of some percents of a whole ('50;80;100') that a part has reached. -#}
{% macro highest_passed(percents, part, whole) -%}
    list_max(list_filter(
        list_transform(
            string_split({{ percents }}, ';'),
            lambda percent: cast(trim(percent) as integer)
        ),
        lambda percent: percent * {{ whole }} <= {{ part }} * 100
    ))
{%- endmacro %}
