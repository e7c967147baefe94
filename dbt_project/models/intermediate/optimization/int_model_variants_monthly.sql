{%- set model = 'hosting, source_name, service_provider_name, sub_account_id, '
    ~ 'model_id, billing_currency' %}
with

served as (

    select * from {{ ref('int_served_variants_monthly') }}

),

measured as (

    select
        served.*,
        variants.* exclude (provider_name, model_id)
    from served
    inner join {{ ref('stg_lists__model_variants') }} as variants
        on
            served.provider_name = variants.provider_name
            and served.model_id = variants.model_id
            and served.billing_period_start + interval 1 month > variants.valid_from
            and coalesce(served.billing_period_start < variants.valid_to, true)

),

-- What is served and nobody measured is a row, too.
variants as (

    select * from measured
    union all by name
    select
        *,
        served_precision as precision,
        served_decoding as decoding
    from served

),

-- Of several measurements the newest of the month counts.
newest as (

    select
        *,
        precision = served_precision and decoding = served_decoding as is_served
    from variants
    qualify row_number() over (
        partition by {{ model }}, billing_period_start, precision, decoding
        order by valid_from desc nulls last
    ) = 1

)

select * from newest
