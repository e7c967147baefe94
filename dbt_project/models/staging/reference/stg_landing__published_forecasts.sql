with

source as (

    select * from {{ source('landing', 'published_forecasts') }}

)

select * from source
