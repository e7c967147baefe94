-- Usage metered on one side of a month's end and billed on the other. Around each
-- boundary, tokens short on the one side meet tokens in excess on the other; the
-- smaller of the two is late usage. Vendors settle within three days.
with

tokens as (

    select * from {{ ref('int_tokens_reclassified') }}

),

near_boundary as (

    select
        source_name,
        service_provider_name,
        billing_currency,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        price_per_1m_tokens,
        rest_tokens,
        charge_date < date_trunc('month', charge_date + interval 3 day) as is_before,
        cast(date_trunc('month', charge_date + interval 3 day) as timestamp)
            as boundary

    from tokens

    where
        date_trunc('month', charge_date + interval 3 day)
        != date_trunc('month', charge_date - interval 3 day)
        -- What is short on a day whose bill is open is not billed yet.
        and not (is_bill_open and rest_tokens < 0)

),

both_sides as (

    select
        source_name,
        service_provider_name,
        billing_currency,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        boundary,
        max(price_per_1m_tokens) as price_per_1m_tokens,
        sum(case when is_before then rest_tokens else 0 end) as before_tokens,
        sum(case when is_before then 0 else rest_tokens end) as after_tokens

    from near_boundary

    group by all

),

late as (

    select
        *,
        sign(before_tokens) * least(abs(before_tokens), abs(after_tokens))
            as late_before,
        sign(after_tokens) * least(abs(before_tokens), abs(after_tokens))
            as late_after

    from both_sides

    where sign(before_tokens) * sign(after_tokens) < 0

),

per_month as (

    select
        source_name,
        billing_currency,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        boundary - interval 1 month as billing_period_start,
        {{ money('late_before * price_per_1m_tokens / 1000000') }} as late_cost
    from late

    union all

    select
        source_name,
        billing_currency,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        boundary as billing_period_start,
        {{ money('late_after * price_per_1m_tokens / 1000000') }} as late_cost
    from late

),

summed_to_month as (

    select
        source_name,
        billing_currency,
        sub_account_id,
        model_id,
        sku_meter,
        processing_tier,
        billing_period_start,
        sum(late_cost) as late_cost

    from per_month

    group by all

)

select * from summed_to_month
