with

source as (

    select * from {{ source('meta', 'build') }}

)

select * from source
