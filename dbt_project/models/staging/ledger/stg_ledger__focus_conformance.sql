with

source as (

    select * from {{ source('ledger', 'focus_conformance') }}

),

renamed as (

    select
        ---------- ids
        source_name,
        rule_id,

        ---------- strings
        column_name,
        severity,
        specification_section,
        rule_text,
        examples,

        ---------- numerics
        row_count,
        failing_row_count,

        ---------- timestamps
        strptime(period, '%Y-%m') as billing_period_start

    from source

)

select * from renamed
