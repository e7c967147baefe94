-- What the owner assumes of levers. One row.
with

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

assumed as (

    select
        small_model_share,
        batch_share,
        training_data_share
    from settings

)

select * from assumed
