{#-
  Whether a meter bills training and not calls: what was trained of a vendor's model is
  in fct_training_run_costs, and in no price of a token or an inference.
-#}
{% macro is_fine_tuning(sku_meter) -%}
    coalesce({{ sku_meter }} like 'Fine-Tuning%', false)
{%- endmacro %}
