-- Charges for time of machines: hours of a machine, or of the GPUs, cores and memory that
-- a vendor sells apart. Disks and traffic of a machine are none, nor is what nobody used.
with

charges as (

    select
        *,
        coalesce(pricing_category, 'unassigned') as paid_as
    from {{ ref('stg_ledger__charges') }}
    where
        charge_category = 'Usage'
        and charge_class is distinct from 'Correction'
        and commitment_discount_status is distinct from 'Unused'
        and instance_type is not null
        and lower(pricing_unit) like '%hours'
        and pricing_quantity > 0

)

select * from charges
