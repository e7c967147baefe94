-- The owner's values to business_values. A value whose confidence nobody states is worth
-- no more than an assumption.
select
    date as value_date,
    metric_name,
    value,
    unit,
    currency,
    project_name,
    feature_name,
    tenant_id,
    environment_name,
    coalesce(confidence, 'assumed') as confidence,
    'business_values' as source_name,
    delivery_id,
    row_number as source_row_number
from ({rows})
where left_out is null
