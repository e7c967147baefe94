-- What lists ask, with the days that a price holds. Own corrections of the list (the
-- seed) beat the list.
with

corrections as (

    select * from {{ ref('token_prices') }}

),

list_prices as (

    select * from {{ ref('stg_landing__list_prices') }}

),

listed as (

    select
        *,
        1 as preference
    from corrections

    union all by name

    select
        *,
        2 as preference
    from list_prices

)

select * replace (coalesce(valid_to, date '9999-12-31') as valid_to) from listed
