-- What the tags of a charge say once they are spelled alike. Tags that a provider sets
-- itself (`aws:`, `goog-`, Oracle's defaults, Azure's hidden ones) and tags without a
-- value are not the owner's, so they do not name one. A charge of a coding tool names a
-- user and no team: the list of seats knows the team.
{%- set provider_tags = '^(aws[:_]|goog[-:_]|oracle-tags|oracle-standard|ops\\\\|'
    ~ 'hidden-|ms-resource|k8s-|kubernetes-io)' %}
with

tag_sets as (

    select distinct
        cast(tags as varchar) as tags,
        billing_period_start
    from {{ ref('stg_ledger__charges') }}
    where tags is not null

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

entries as (

    select
        tags,
        billing_period_start,
        unnest(map_entries(cast(cast(tags as json) as map (varchar, varchar)))) as entry
    from tag_sets

),

spelled as (

    select
        entries.tags,
        entries.billing_period_start,
        entries.entry.key as written_key,
        {{ canonical_tag('entries.entry.key', 'settings.tag_key_aliases') }} as tag_key,
        {{ canonical_tag('entries.entry.value', 'settings.tag_value_aliases') }}
            as tag_value,
        trim(entries.entry.value) as written_value
    from entries
    cross join settings

),

owned as (

    select
        tags,
        billing_period_start,
        tag_key,
        arg_min(tag_value, (written_key != tag_key, written_key)) as tag_value,
        min(written_key != tag_key) as is_key_respelled,
        arg_min(written_value != tag_value, (written_key != tag_key, written_key))
            as is_value_respelled
    from spelled
    where
        tag_value != ''
        and not regexp_matches(tag_key, '{{ provider_tags }}')
    group by all

),

summed_to_set as (

    select
        tag_sets.tags,
        tag_sets.billing_period_start,
        count(owned.tag_key) as tag_count,
        map_from_entries(
            coalesce(
                list((owned.tag_key, owned.tag_value) order by owned.tag_key) filter (
                    where owned.tag_key is not null
                ),
                []
            )
        ) as tag_values,
        coalesce(
            list(owned.tag_key order by owned.tag_key) filter (
                where owned.is_key_respelled or owned.is_value_respelled
            ),
            []
        ) as respelled_keys
    from tag_sets
    left join owned
        on
            tag_sets.tags = owned.tags
            and tag_sets.billing_period_start = owned.billing_period_start
    group by all

),

seats as (

    select
        user_id,
        billing_period_start,
        min(team_name) as team_name
    from {{ ref('stg_lists__coding_seats') }}
    where team_name is not null
    group by all

),

labelled as (

    select
        coalesce(
            summed_to_set.tag_values[{{ canonical_tag(
                'settings.team_tag', 'settings.tag_key_aliases'
            ) }}],
            {{ canonical_tag('seats.team_name', 'settings.tag_value_aliases') }}
        ) as label_team,
        {% for label in ['project', 'feature', 'tenant', 'environment'] %}
        summed_to_set.tag_values[{{ canonical_tag(
            'settings.' ~ label ~ '_tag', 'settings.tag_key_aliases'
        ) }}] as label_{{ label }},
        {% endfor %}
        summed_to_set.*
    from summed_to_set
    cross join settings
    left join seats
        on
            summed_to_set.tag_values['user'] = {{ plain_tag('seats.user_id') }}
            and summed_to_set.billing_period_start = seats.billing_period_start

)

select * from labelled
