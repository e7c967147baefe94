{#- Whether usage is of a charge's account; a side that names none may be of any. -#}
{% macro same_account(usage, charges) -%}
    (
        {{ usage }}.sub_account_id = {{ charges }}.sub_account_id
        or 'unassigned' in ({{ usage }}.sub_account_id, {{ charges }}.sub_account_id)
    )
{%- endmacro %}
