with

charges as (

    select * from {{ ref('int_charges') }}

),

named as (

    select
        source_name,
        billing_account_id,
        sub_account_id,
        {{ of_largest('billing_account_name', 'charge_period_start') }}
            as billing_account_name,
        {{ of_largest('sub_account_name', 'charge_period_start') }} as sub_account_name,
        min(charge_date) as first_charge_date,
        max(charge_date) as last_charge_date

    from charges

    group by all

)

select * from named
