-- Judgements beside the gaps of a provider that are known, dated and accepted.
with

judgements as (

    select * from {{ ref('stg_ledger__focus_conformance') }}

),

known_gaps as (

    select * from {{ ref('focus_known_gaps') }}

),

joined as (

    select
        judgements.*,
        known_gaps.known_since,
        known_gaps.reason as known_reason,
        case
            when judgements.failing_row_count = 0 then 'met'
            when known_gaps.rule_id is not null then 'known gap'
            when judgements.severity = 'warn' then 'noted'
            else 'broken'
        end as conformance_status

    from judgements

    left join known_gaps
        on
            judgements.source_name = known_gaps.source_name
            and judgements.rule_id = known_gaps.rule_id

)

select * from joined
