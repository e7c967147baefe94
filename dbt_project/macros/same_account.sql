{#- Whether usage is of a charge's account; a side that names none may be of any. -#}
{% macro same_account(usage, charges) -%}
    (
        {{ usage }}.sub_account_id = {{ charges }}.sub_account_id
        or 'unassigned' in ({{ usage }}.sub_account_id, {{ charges }}.sub_account_id)
    )
{%- endmacro %}

{#-
  Whether usage is of the provider, model, day, meter and tier that a charge bills. The
  account is asked apart (same_account): not every telemetry names one.
-#}
{% macro same_meter(usage, charges, meter='sku_meter') -%}
    (
        {{ usage }}.provider_name = {{ charges }}.service_provider_name
        and {{ usage }}.usage_date = {{ charges }}.charge_date
        and {{ usage }}.sku_meter = {{ charges }}.{{ meter }}
        and {{ usage }}.billed_tier = {{ charges }}.processing_tier
        and {{ usage }}.model_id = {{ charges }}.model_id
    )
{%- endmacro %}
