with

source as (

    select * from {{ source('landing', 'settings') }}

)

select * from source
