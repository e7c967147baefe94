-- Who somebody is in every tool, and in which team. A person has an address in one tool and
-- a login in another; the list of seats knows that they are one.
with

seats as (

    select * from {{ ref('stg_lists__coding_seats') }}

),

settings as (

    select * from {{ ref('stg_landing__settings') }}

),

-- The developer's own name is a user, too, in logs; and so is the login of pull requests.
named as (

    {% for user in ['user_id', 'developer_id', 'author_id'] %}
    select
        {{ user }}{{ ' as user_id' if not loop.first }},
        developer_id,
        team_name,
        billing_period_start
    from seats
    where {{ user }} is not null

    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    named.user_id,
    min(named.developer_id) as developer_id,
    min({{ canonical_tag('named.team_name', 'settings.tag_value_aliases') }})
        as team_name,
    named.billing_period_start
from named
cross join settings
group by all
