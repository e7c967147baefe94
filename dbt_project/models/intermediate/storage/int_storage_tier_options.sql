-- What each part of a resource would cost in a colder tier of its provider: storage,
-- objects rounded up to the tier's least size, reads at its prices, and once the move. A
-- price that this ledger paid in the month comes before a list price. Data that is read
-- does not go where a read takes hours; what was written or read in the last 30 days does
-- not go where it must stay for months, for data that is replaced each month would pay
-- them each time; and what nobody counted is not priced. A month is what is billed of it; a
-- year is twelve whole ones.
with

parts as (

    select
        *,
        cast(effective_cost as double) / gb_months as own_price,
        month_share / inventory_share as billed_reads
    from {{ ref('int_storage_parts') }}
    where gb_months > 0 and temperature != 'cold' and read_gb is not null

),

terms as (

    select * from {{ ref('storage_prices') }}

),

paid as (

    select
        source_name,
        region_id,
        storage_tier,
        billing_currency,
        billing_period_start,
        cast(sum({{ money('effective_cost') }}) as double)
        / cast(sum({{ money('gb_months') }}) as double) as price
    from {{ ref('int_storage_charges') }}
    where gb_months > 0
    group by all

),

offered as (

    select
        parts.*,
        terms.* exclude (
            service_provider_name, region_id, billing_currency, storage_tier
        ),
        terms.storage_tier as target_tier,
        coalesce(paid.price, terms.price_per_gb) as target_price,
        case when paid.price is not null then 'ledger' else terms.price_source end
            as target_price_source,
        cast(parts.object_count as double) * parts.month_share / 1048576.0
            as gb_for_each_kb,
        greatest(parts.gb_months, gb_for_each_kb * terms.minimum_object_kb)
        + gb_for_each_kb * terms.overhead_kb as target_gb,
        terms.is_immediate or parts.read_gb = 0 as is_read_in_time,
        coalesce(parts.unread_days >= least(terms.minimum_days, 30), false)
            as is_known_to_stay
    from parts
    inner join terms
        on
            parts.service_provider_name = terms.service_provider_name
            and parts.region_id = terms.region_id
            and parts.billing_currency = terms.billing_currency
            and parts.billing_period_start >= terms.valid_from
            and parts.storage_tier != terms.storage_tier
    left join paid
        on
            parts.source_name = paid.source_name
            and parts.region_id = paid.region_id
            and terms.storage_tier = paid.storage_tier
            and parts.billing_currency = paid.billing_currency
            and parts.billing_period_start = paid.billing_period_start
    where parts.storage_tier != 'DISK'

),

priced as (

    select
        *,
        {{ money('own_price * gb_months - target_price * target_gb') }}
            as storage_saving,
        {{ money(
            '(read_gb * retrieval_price_per_gb'
            ~ ' + read_count * read_price_per_1k / 1000.0) * billed_reads'
        ) }} as read_cost,
        {{ money('object_count * transition_price_per_1k / 1000.0') }}
            as transition_cost,
        {{ money('target_gb / month_share * target_price * minimum_days / 30.0') }}
            as minimum_duration_cost
    from offered

),

summed_to_year as (

    select
        *,
        storage_saving - read_cost as monthly_saving,
        {{ money(
            '12 * cast(storage_saving - read_cost as double) / month_share'
            ~ ' - transition_cost'
        ) }} as first_year_saving
    from priced

)

select * from summed_to_year
