with

judged as (

    select * from {{ ref('int_focus_conformance') }}

),

final as (

    select
        source_name,
        rule_id,
        column_name,
        severity,
        conformance_status,
        specification_section,
        rule_text,
        examples,
        known_reason,
        row_count,
        failing_row_count,
        {{ ratio('failing_row_count', 'row_count') }} as failing_row_ratio,
        known_since,
        billing_period_start

    from judged

)

select * from final
