-- What a machine cost on a day, its disks and the like included, how many hours of it
-- were billed, and what of both training attempts held. A day's corrections may be on a
-- later bill; hours of telemetry are set against the main one.
with

charges as (

    select * from {{ ref('int_machine_charge_days') }}

),

-- Of machines that no job ever names the scheduler knows nothing, nor of a month in which
-- it has no job at all: NULL, not 0.
told as (

    select * from {{ ref('int_machine_scheduler_months') }}

),

summed_to_day as (

    select
        charges.source_name,
        charges.node_name,
        charges.billing_currency,
        charges.charge_date,
        charges.billing_period_start,
        {{ of_largest('charges.service_provider_name', 'charges.is_machine') }}
            as service_provider_name,
        {{ of_largest('charges.sub_account_id', 'charges.is_machine') }}
            as sub_account_id,
        {{ of_largest('charges.resource_id', 'coalesce(charges.machine_hours, 0)') }}
            as resource_id,
        {{ of_largest('charges.resource_name', 'coalesce(charges.machine_hours, 0)') }}
            as resource_name,
        {{ of_largest('charges.instance_type', 'coalesce(charges.machine_hours, 0)') }}
            as instance_type,
        max(charges.gpu_count) as gpu_count,
        max(charges.vcpu_count) as vcpu_count,
        max(charges.memory_gib) as memory_gib,
        sum(charges.machine_hours) as machine_hours,
        sum(charges.gpu_hours) as gpu_hours,
        sum(charges.billed_cost) as billed_cost,
        sum(charges.effective_cost) as effective_cost,
        sum(charges.energy_cost) as energy_cost,
        sum(case charges.pricing_category
            when 'Committed' then charges.effective_cost
        end) as committed_cost,
        sum(case
            when charges.pricing_category = 'Standard' and charges.machine_hours > 0
                then charges.effective_cost
        end) as on_demand_cost,
        case
            when count(told.node_name) > 0 or max(charges.training_gpu_hours) > 0
                then {{ exact_sum('coalesce(charges.training_gpu_hours, 0)') }}
        end as training_gpu_hours,
        sum(coalesce(charges.training_billed_cost, 0)) as training_billed_cost,
        sum(coalesce(charges.training_cost, 0)) as training_cost

    from charges

    left join told
        on
            charges.source_name = told.source_name
            and charges.node_name = told.node_name
            and date_trunc('month', charges.charge_date) = told.known_month
            and charges.is_told

    group by all

),

marked as (

    select
        *,
        row_number() over (
            partition by source_name, node_name, charge_date
            order by
                coalesce(machine_hours, 0) desc,
                effective_cost desc,
                billing_period_start asc,
                billing_currency asc
        ) = 1 as is_main_bill
    from summed_to_day

)

select * from marked
