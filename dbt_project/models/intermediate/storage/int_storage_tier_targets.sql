-- The tier that a part of a resource is best moved to, or why there is none.
{%- set part = [
    'source_name', 'sub_account_id', 'resource_id', 'storage_tier', 'prefix',
    'billing_currency', 'billing_period_start',
] %}
with

parts as (

    select * from {{ ref('int_storage_parts') }}

),

options as (

    select * from {{ ref('int_storage_tier_options') }}

),

-- The tier that saves most in a year; none where no tier saves anything.
best as (

    select *
    from options
    where first_year_saving > 0 and is_read_in_time and is_known_to_stay
    qualify
        row_number() over (
            partition by {{ part | join(', ') }}
            order by first_year_saving desc, target_tier asc
        ) = 1

),

-- Of what no tier is proposed for, what is known of all tiers.
offers as (

    select
        {{ part | join(', ') }},
        count(*) as offer_count,
        bool_or(first_year_saving > 0) as would_save,
        bool_or(first_year_saving > 0 and is_read_in_time) as would_be_read_in_time
    from options
    group by all

),

targets as (

    select
        parts.*,
        best.target_tier,
        case
            when best.target_tier is not null then null
            when parts.storage_tier is null then 'no capacity'
            when parts.storage_tier = 'DISK' then 'a disk has no tiers'
            when parts.temperature = 'cold' then 'in a cold tier already'
            when parts.gb_months is null or parts.gb_months <= 0
                then 'the bill counts no GB'
            when
                parts.read_gb is null
                or parts.read_count is null
                or parts.object_count is null
                then 'nobody counted its objects and reads'
            when offers.offer_count is null then 'no price list for the region'
            when not coalesce(offers.would_save, false) then 'no tier saves anything'
            when not offers.would_be_read_in_time
                then 'it is read, which takes hours there'
            else 'not known to stay as long as the tier asks'
        end as no_target_reason,
        best.target_price_source,
        best.target_price,
        best.storage_saving,
        best.read_cost,
        best.monthly_saving,
        best.transition_cost,
        best.minimum_duration_cost,
        best.first_year_saving,
        best.minimum_days,
        best.is_immediate
    from parts
    left join best using ({{ part | join(', ') }})
    left join offers using ({{ part | join(', ') }})

)

select * from targets
