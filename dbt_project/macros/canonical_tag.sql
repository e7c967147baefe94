{#-
  How a tag's key or value is compared: case, spaces and underscores make no difference,
  and AWS's prefix of user tags is none. `aliases` is a JSON object of other spellings.
-#}
{% macro canonical_tag(written, aliases) -%}
    coalesce(
        cast(cast({{ aliases }} as json) as map(varchar, varchar))[
            {{ plain_tag(written) }}
        ],
        {{ plain_tag(written) }}
    )
{%- endmacro %}

{% macro plain_tag(written) -%}
    regexp_replace(
        regexp_replace(lower(trim({{ written }})), '^user:', ''), '[ _]+', '-', 'g'
    )
{%- endmacro %}
