-- The months of which a machine's scheduler has told. A dump that ends in October says
-- nothing of November: what the machine cost then is unknown, and not idle.
with

attempts as (

    select distinct
        source_name as scheduler_name,
        run_id,
        cast(unnest(range(
            date_trunc('month', started_at),
            greatest(
                coalesce(ended_at, started_at), started_at + interval 1 second
            ),
            interval 1 month
        )) as timestamp) as known_month
    from {{ ref('stg_usage__training_attempts') }}
    where started_at is not null

),

charges as (

    select * from {{ ref('int_machine_charges') }}

),

training as (

    select * from {{ ref('int_training_charges') }}

),

schedulers as (

    select distinct
        charges.source_name,
        charges.node_name,
        attempts.scheduler_name
    from training
    inner join charges using (delivery_id, source_row_number, source_row_part)
    inner join attempts using (run_id)

),

final as (

    select distinct
        schedulers.source_name,
        schedulers.node_name,
        attempts.known_month
    from schedulers
    inner join attempts using (scheduler_name)

)

select * from final
