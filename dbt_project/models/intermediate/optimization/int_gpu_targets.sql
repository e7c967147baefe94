-- The cheapest smaller machine of the same GPU that has the GPUs that the work needs, or
-- else the smallest slice of the one GPU that it needs. A type that this ledger paid for on
-- demand has that price, else the dearest of its list prices on demand; of another only its
-- share of the machine's own GPUs is known.
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

list_prices as (

    {% for model, month in [
        ('int_on_demand_prices_monthly', 'billing_period_start'),
        ('on_demand_prices', 'cast(null as timestamp)'),
    ] %}
    select
        service_provider_name,
        instance_type,
        billing_currency,
        on_demand_unit_price,
        {{ month }} as billing_period_start
    from {{ ref(model) }}
    where lower(pricing_unit) = 'hours'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

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
            cast(max(prices.price_per_hour) as double),
            cast(max(list_prices.on_demand_unit_price) as double),
            max(needs.gpu_price) * max(target.gpu_count)
        ) as target_price_per_hour,
        case
            when count(prices.price_per_hour) > 0 then 'ledger'
            when max(list_prices.on_demand_unit_price) is not null then 'list'
            else 'own GPU hour'
        end as target_price_source
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
    left join list_prices
        on
            target.service_provider_name = list_prices.service_provider_name
            and target.instance_type = list_prices.instance_type
            and needs.billing_currency = list_prices.billing_currency
            and coalesce(
                needs.billing_period_start = list_prices.billing_period_start, true
            )
    group by all

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
