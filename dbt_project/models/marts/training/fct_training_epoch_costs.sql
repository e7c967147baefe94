with

epoch_costs as (

    select
        source_name,
        run_id,
        epoch_number,
        billing_currency,
        sum(effective_cost) as effective_cost
    from {{ ref('int_training_epoch_costs') }}
    group by all

),

epochs as (

    select * from {{ ref('int_training_epochs') }}

),

runs as (

    select * from {{ ref('int_training_runs') }}

),

joined as (

    select
        epoch_costs.*,
        coalesce(runs.run_name, 'unassigned') as run_name,
        coalesce(runs.experiment_name, 'unassigned') as experiment_name,
        coalesce(runs.project_name, 'unassigned') as project_name,
        epochs.is_complete,
        epochs.metric_name,
        epochs.better,
        epochs.metric_value,
        epochs.goodness - epochs.best_goodness_before as metric_gain,
        abs(epochs.best_goodness_before) as best_before,
        epochs.best_epoch_number,
        epochs.is_after_best,
        epochs.ended_at as epoch_ended_at,
        sum(epoch_costs.effective_cost) over so_far as cumulative_cost,
        sum(
            case when epochs.is_complete then epoch_costs.effective_cost end
        ) over so_far as complete_cost,
        count(case when epochs.is_complete then 1 end) over so_far as complete_count,
        epochs.epoch_gain_floor

    from epoch_costs

    left join runs on epoch_costs.run_id = runs.run_id

    left join epochs
        on
            epoch_costs.run_id = epochs.run_id
            and epoch_costs.epoch_number = epochs.epoch_number

    window so_far as (
        partition by
            epoch_costs.source_name, epoch_costs.run_id, epoch_costs.billing_currency
        order by epoch_costs.epoch_number
    )

),

weighed as (

    select
        *,
        {{ unit_cost('metric_gain', 'effective_cost', per=1000) }}
            as metric_gain_per_1k_cost,
        {{ unit_cost(
            'metric_gain / nullif(best_before, 0)', 'effective_cost', per=1000
        ) }} as gain_ratio_per_1k_cost
    from joined

),

final as (

    select
        source_name,
        run_id,
        run_name,
        experiment_name,
        project_name,
        epoch_number,
        is_complete,
        metric_name,
        better,
        metric_value,
        metric_gain,
        epoch_number = best_epoch_number as is_best,
        billing_currency,
        {{ money('effective_cost') }} as effective_cost,
        {{ money('cumulative_cost') }} as cumulative_cost,
        {{ money(
            'case is_after_best when true then effective_cost when false then 0 end'
        ) }} as cost_after_best,
        metric_gain_per_1k_cost,
        gain_ratio_per_1k_cost,
        {{ unit_cost('complete_cost', 'complete_count') }} as next_epoch_cost,
        case
            when is_complete then gain_ratio_per_1k_cost < epoch_gain_floor
        end as is_below_floor,
        epoch_ended_at

    from weighed

)

select * from final
