-- Which rule owns a value in which stretch of time. Of several that fit, the one that
-- names the ledger's source counts, then the one with the longest pattern. A stretch
-- begins or ends where a rule does, so the stretches of a value never overlap. A value has
-- them once for each month of bills that it is in, so that a new month changes no other.
with

matches as (

    select * from {{ ref('int_ownership_rule_matches') }}

),

months as (

    select distinct
        match_kind,
        source_name,
        value,
        billing_period_start
    from {{ ref('int_ownership_values') }}

),

turns as (

    select
        match_kind,
        source_name,
        value,
        valid_from as turned_on
    from matches

    union

    select
        match_kind,
        source_name,
        value,
        valid_to as turned_on
    from matches
    where valid_to is not null

),

stretches as (

    select
        match_kind,
        source_name,
        value,
        turned_on as in_force_from,
        coalesce(
            lead(turned_on) over (
                partition by match_kind, source_name, value order by turned_on
            ),
            date '9999-12-31'
        ) as in_force_until
    from turns

),

chosen as (

    select
        stretches.*,
        matches.rule_id,
        matches.team_name,
        matches.project_name,
        matches.feature_name,
        matches.tenant_id,
        matches.environment_name,
        matches.is_ai
    from stretches
    inner join matches
        on
            stretches.match_kind = matches.match_kind
            and stretches.source_name = matches.source_name
            and stretches.value = matches.value
            and stretches.in_force_from >= matches.valid_from
            and stretches.in_force_until
            <= coalesce(matches.valid_to, date '9999-12-31')
    qualify
        row_number() over (
            partition by
                stretches.match_kind,
                stretches.source_name,
                stretches.value,
                stretches.in_force_from
            order by
                matches.ledger_source is null,
                length(matches.match_pattern) desc,
                matches.rule_id
        ) = 1

),

dated as (

    select
        chosen.*,
        months.billing_period_start
    from chosen
    inner join months using (match_kind, source_name, value)

)

select * from dated
