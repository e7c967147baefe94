with

deliveries as (

    select * from {{ ref('int_deliveries_counted') }}

)

select * from deliveries
