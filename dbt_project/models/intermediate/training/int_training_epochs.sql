-- A run's epochs, from what it logged with an epoch: until when each lasted, and what the
-- metric was that the run is judged by: the one that it logged in most epochs. An epoch
-- that was repeated after an interruption ends when it was done again.
with

logged as (

    select
        *,
        cast(ceil(epoch) as bigint) as epoch_number
    from {{ ref('stg_usage__training_metrics') }}
    where epoch is not null

),

directions as (

    select * from {{ ref('int_metric_directions') }}

),

judged_by as (

    select
        logged.run_id,
        logged.metric_name,
        directions.better
    from logged
    inner join directions on logged.metric_name = directions.metric_name
    group by logged.run_id, logged.metric_name, directions.better
    qualify
        row_number() over (
            partition by logged.run_id
            order by
                count(distinct logged.epoch_number) desc,
                min(directions.metric_rank) asc,
                logged.metric_name asc
        ) = 1

),

epochs as (

    select
        logged.run_id,
        logged.epoch_number,
        judged_by.metric_name,
        judged_by.better,
        max(logged.epoch) >= logged.epoch_number as is_complete,
        {{ of_largest('logged.metric_value', 'logged.logged_at') }} filter (
            where logged.metric_name = judged_by.metric_name
        ) as metric_value,
        max(logged.logged_at) as logged_until
    from logged
    inner join judged_by on logged.run_id = judged_by.run_id
    group by
        logged.run_id,
        logged.epoch_number,
        judged_by.metric_name,
        judged_by.better

),

ended as (

    select
        *,
        case better
            when 'smaller' then -metric_value
            when 'larger' then metric_value
        end as goodness,
        max(logged_until) over (partition by run_id order by epoch_number) as ended_at,
        row_number() over (partition by run_id order by epoch_number desc) = 1
            as is_last
    from epochs

),

-- The windows of a run leave no time out: the first begins before it, the last one ends
-- after it.
compared as (

    select
        ended.*,
        max(goodness) over earlier as best_goodness_before,
        {{ of_largest('-epoch_number', 'goodness') }} filter (
            where goodness is not null
        ) over whole as best_epoch_place,
        max(case when goodness is not null then epoch_number end) over (
            partition by run_id order by epoch_number
        ) as measured_epoch_number,
        coalesce(
            lag(ended_at) over (partition by run_id order by epoch_number),
            timestamp '0001-01-01'
        ) as window_start,
        case when is_last then timestamp '9999-12-31' else ended_at end as window_end,
        settings.epoch_gain_floor
    from ended
    cross join {{ ref('stg_landing__settings') }} as settings
    window
        earlier as (
            partition by run_id order by epoch_number
            rows between unbounded preceding and 1 preceding
        ),
        whole as (partition by run_id)

)

-- Of equally good epochs the first is the best: those after it gained nothing. Of an
-- epoch that nothing was measured of, nor of any since the best, nobody knows.
select
    * exclude (best_epoch_place),
    -best_epoch_place as best_epoch_number,
    measured_epoch_number > -best_epoch_place as is_after_best
from compared
