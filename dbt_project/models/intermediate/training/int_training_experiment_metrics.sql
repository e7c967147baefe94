-- What an experiment reached: the best value of the metric that most of its completed
-- runs reached one of. A metric of no known direction has no best value. Runs of no known
-- experiment have nothing in common that one of them could have reached for all.
with

runs as (

    select * from {{ ref('int_training_runs') }}

),

directions as (

    select * from {{ ref('int_metric_directions') }}

),

reached as (

    select
        runs.experiment_name,
        runs.metric_name,
        directions.better,
        directions.is_ratio,
        case directions.better
            when 'larger' then max(runs.metric_value)
            when 'smaller' then min(runs.metric_value)
        end as best_metric_value
    from runs
    inner join directions on runs.metric_name = directions.metric_name
    where
        runs.run_status = 'completed'
        and runs.metric_value is not null
        and runs.experiment_name != 'unassigned'
    group by
        runs.experiment_name,
        runs.metric_name,
        directions.better,
        directions.is_ratio
    qualify
        row_number() over (
            partition by runs.experiment_name
            order by
                count(*) desc,
                min(directions.metric_rank) asc,
                runs.metric_name asc
        ) = 1

)

select
    * exclude (is_ratio),
    case when is_ratio and better = 'larger' then best_metric_value * 100 end
        as metric_points
from reached
