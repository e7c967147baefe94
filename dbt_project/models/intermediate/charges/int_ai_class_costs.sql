-- What each class costs per resource, commitment and service; and which of these have
-- charges that measure nothing themselves.
with

charges as (

    select * from {{ ref('int_charges_ai_flagged') }}

)

select
    source_name,
    resource_id,
    commitment_discount_id,
    service_name,
    service_category,
    own_class,
    measures_nothing,
    sum(effective_cost) as effective_cost,
    billing_period_start
from charges
group by all
