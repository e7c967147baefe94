-- What scenarios assume, and how long before a commitment ends its owner is notified. One row.
with

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

assumed as (

    select
        small_model_share,
        batch_share,
        training_data_share,
        quality_tolerance,
        token_drift_threshold,
        token_drift_floor,
        target_utilization,
        commitment_notice_days
    from settings

)

select * from assumed
