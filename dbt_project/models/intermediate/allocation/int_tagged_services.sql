-- Services of which some charge has a tag, by all bills that there are. Another service,
-- such as an API that is sold by the token, cannot have one.
with

charges as (

    select * from {{ ref('int_charges_enriched') }}

),

summed_to_month as (

    select
        source_name,
        service_name,
        max(tag_count) as tag_count,
        billing_period_start
    from charges
    group by all

),

judged as (

    select
        source_name,
        service_name,
        max(tag_count) over (partition by source_name, service_name) > 0 as is_tagged,
        billing_period_start
    from summed_to_month

)

select * exclude (is_tagged)
from judged
where is_tagged
