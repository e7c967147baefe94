with

source as (

    select * from {{ source('landing', 'exchange_rates') }}

)

select * from source
