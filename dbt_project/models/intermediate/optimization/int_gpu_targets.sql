-- The cheapest smaller machine of the same GPU that has the GPUs that the work needs, or
-- else the smallest slice of the one GPU that it needs. A type that this ledger paid for
-- has that price; of another only its share of the machine's own GPUs is known.
with

needs as (

    select
        *,
        cast(machine_cost as double) / nullif(available_gpu_hours, 0) as gpu_price
    from {{ ref('int_gpu_needs_monthly') }}
    where observed_gpu_hours >= least_observed * available_gpu_hours

),

types as (

    select * from {{ ref('instance_types') }}

),

prices as (

    select * from {{ ref('int_machine_prices_monthly') }}

),

-- The rest of a GPU is what neither its compute nor its memory is taken of.
slices as (

    select
        *,
        slice_count / 7.0 as compute_part,
        greatest(slice_count / 7.0, memory_slice_count / 8.0) as gpu_part
    from {{ ref('gpu_slices') }}

),

smaller as (

    select
        needs.source_name,
        needs.node_name,
        needs.billing_currency,
        needs.billing_period_start,
        'instance_type' as target_kind,
        target.instance_type as target_name,
        target.gpu_count as target_gpus,
        coalesce(
            cast(prices.price_per_hour as double), needs.gpu_price * target.gpu_count
        ) as target_price_per_hour,
        case
            when prices.price_per_hour is not null then 'ledger' else 'own GPU hour'
        end
            as target_price_source
    from needs
    inner join types as own
        on
            needs.service_provider_name = own.service_provider_name
            and needs.instance_type = own.instance_type
    inner join types as target
        on
            own.service_provider_name = target.service_provider_name
            and own.gpu_name = target.gpu_name
            and own.gpu_count > target.gpu_count
            and needs.needed_gpus <= target.gpu_count
    left join prices
        on
            needs.source_name = prices.source_name
            and target.instance_type = prices.instance_type
            and needs.billing_currency = prices.billing_currency
            and needs.billing_period_start = prices.billing_period_start

),

-- A slice frees the rest of the GPU for others; the machine's bill stays as it is.
sliced as (

    select
        needs.source_name,
        needs.node_name,
        needs.billing_currency,
        needs.billing_period_start,
        'mig_slice' as target_kind,
        slices.mig_profile as target_name,
        slices.gpu_part as target_gpus,
        needs.gpu_price * slices.gpu_part as target_price_per_hour,
        'own GPU hour' as target_price_source
    from needs
    inner join slices on lower(needs.gpu_model) like slices.gpu_pattern
    where
        needs.gpu_count = 1
        and needs.pressure_gpus / needs.target_utilization <= slices.compute_part
        and needs.memory_used_gib <= slices.memory_gib

),

chosen as (

    select *
    from (
        select * from smaller
        union all by name
        select * from sliced
    ) as targets
    qualify
        row_number() over (
            partition by source_name, node_name, billing_currency, billing_period_start
            order by
                target_kind asc,
                target_price_per_hour asc,
                target_gpus asc,
                target_name asc
        ) = 1

)

select * from chosen
