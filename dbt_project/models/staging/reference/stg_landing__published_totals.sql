with

source as (

    select * from {{ source('landing', 'published_totals') }}

),

renamed as (

    select
        ---------- ids
        build_id,
        source_name,
        delivery_ids,

        ---------- strings
        billing_currency,

        ---------- numerics
        charge_count,
        billed_cost,
        effective_cost,

        ---------- timestamps
        strptime(period, '%Y-%m') as billing_period_start,
        published_at

    from source

)

select * from renamed
