-- Machines with GPUs, by all bills that there are. A machine without GPUs has no GPU hours
-- to pay for; it is in fct_charges_daily.
with

machines as (

    select * from {{ ref('int_machines_daily') }}

),

summed_to_month as (

    select
        source_name,
        node_name,
        max(gpu_hours) as gpu_hours,
        cast(date_trunc('month', charge_date) as date) as charge_month,
        billing_period_start
    from machines
    group by all

),

judged as (

    select
        *,
        max(gpu_hours) over (partition by source_name, node_name) > 0 as has_gpus
    from summed_to_month

)

select * exclude (gpu_hours, has_gpus)
from judged
where has_gpus
