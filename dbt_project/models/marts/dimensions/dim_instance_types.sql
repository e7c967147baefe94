with

instance_types as (

    select * from {{ ref('instance_types') }}

),

named as (

    select
        service_provider_name,
        instance_type,
        nullif(gpu_name, '') as gpu_name,
        gpu_count,
        vcpu_count,
        memory_gib

    from instance_types

)

select * from named
