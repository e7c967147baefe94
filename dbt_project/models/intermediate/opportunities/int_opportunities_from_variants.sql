-- What a faster variant of a self-hosted model would save: of those that pass as
-- many answers the one that saves most. The GPU hours are saved when they are given back.
select
    *,
    'quantize' as opportunity_type,
    model_id as scope_value,
    concat_ws(' ', precision, decoding) as detail,
    saving as gross_saving,
    cast(null as decimal(38, 12)) as freed_capacity_cost,
    effective_cost as scope_cost
from {{ ref('fct_model_variants_monthly') }}
where hosting = 'self_hosted' and verdict = 'saves'
qualify row_number() over (
    partition by
        source_name, sub_account_id, model_id, billing_currency, billing_period_start
    order by saving desc, precision asc, decoding asc
) = 1
