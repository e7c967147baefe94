{#-
  Every mart that carries the ledger's money, for fct_mart_sums.

  name: the mart. costs: the columns that it carries. holds: which charges of the ledger
  it holds, in columns of int_charges_in_marts; left_out: what the others are called.
  training: 'left out' where what training held of a machine is the training marts' alone.
  A mart with a cost column that is not here says why in its yml (meta.no_ledger_sum).
-#}
{% macro money_marts() -%}
    {%- set both = ['billed_cost', 'effective_cost'] -%}
    {{ return([
        {
            'name': 'fct_charges_daily',
            'costs': both + ['contracted_cost', 'list_cost'],
            'holds': 'true',
            'left_out': 'nothing',
        },
        {
            'name': 'fct_showback_daily',
            'costs': both + ['contracted_cost', 'list_cost'],
            'holds': 'true',
            'left_out': 'nothing',
        },
        {
            'name': 'fct_allocation_coverage_monthly',
            'costs': ['effective_cost'],
            'holds': 'true',
            'left_out': 'nothing',
        },
        {
            'name': 'fct_token_costs_daily',
            'costs': both,
            'holds': 'is_token',
            'left_out': 'not tokens',
        },
        {
            'name': 'fct_inference_costs_daily',
            'costs': both,
            'holds': 'is_api_model or is_serving_machine',
            'left_out': 'no API model and no machine that serves one, or training',
            'training': 'left out',
        },
        {
            'name': 'fct_model_servers_daily',
            'costs': both,
            'holds': 'is_serving_machine',
            'left_out': 'no machine that serves a model, or training',
            'training': 'left out',
        },
        {
            'name': 'fct_gpu_hour_costs',
            'costs': both,
            'holds': 'is_gpu_machine',
            'left_out': 'not of a machine with GPUs',
        },
        {
            'name': 'fct_kubernetes_costs',
            'costs': both,
            'holds': 'is_kubernetes_node',
            'left_out': 'not of a Kubernetes node',
        },
        {
            'name': 'fct_training_run_costs',
            'costs': ['effective_cost'],
            'holds': 'is_training_machine or is_fine_tuning',
            'left_out': 'not of a machine that training jobs run on, nor fine-tuning',
        },
        {
            'name': 'fct_training_hour_costs',
            'costs': ['effective_cost'],
            'holds': 'is_training_machine or is_fine_tuning',
            'left_out': 'not of a machine that training jobs run on, nor fine-tuning',
        },
        {
            'name': 'fct_effective_savings_monthly',
            'costs': ['effective_cost'],
            'holds': 'true',
            'left_out': 'nothing',
        },
        {
            'name': 'fct_commitments_monthly',
            'costs': both,
            'holds': 'is_commitment',
            'left_out': 'of no commitment and no provisioned throughput',
        },
    ]) }}
{%- endmacro %}
