-- Of each organization and day one report counts. The newest says what the day cost; one
-- with more details that says the same, to a cent, tells it better.
with rows as (
    select
        *,
        -- Older reports tell the time, and a login is the same in any case.
        date_trunc('day', date) as day,
        lower(coalesce(organization, '')) as owner,
        row_number() over (partition by delivery_id order by file_order, row_number)
            as row_in_delivery
    from ({rows})
),

reports as (
    select
        owner,
        day,
        age,
        max(detail) as detail,
        sum(gross_amount) as gross,
        sum(net_amount) as net
    from rows
    group by all
),

newest as (
    select
        owner,
        day,
        arg_max(gross, age) as gross,
        arg_max(net, age) as net
    from reports
    group by all
),

chosen as (
    select
        reports.owner,
        reports.day,
        arg_max(
            reports.age,
            (
                abs(reports.gross - newest.gross) < 0.01
                and abs(reports.net - newest.net) < 0.01,
                reports.detail,
                reports.age
            )
        ) as age
    from reports
    inner join newest
        on reports.owner = newest.owner and reports.day = newest.day
    group by all
)

select
    rows.* exclude (owner, day),
    case
        when rows.age != chosen.age
            then 'another report of the same organization and day counts'
    end as left_out
from rows
inner join chosen on rows.owner = chosen.owner and rows.day = chosen.day
