"""Runs pipelines.forecasting over every anomaly series; the yml says more."""

from pipelines.forecasting.expected import Limits, judged


def model(dbt, session):
    """Give the table that dbt writes."""
    del session
    dbt.config(materialized="table")
    costs = dbt.ref("int_anomaly_series_costs_daily")
    (floor, threshold) = (
        dbt.ref("stg_landing__settings")
        .project("cast(anomaly_floor as double), cast(anomaly_threshold as double)")
        .fetchall()[0]
    )
    series = costs.project("anomaly_series_id, charge_date, effective_cost as cost")
    return judged(series.to_arrow_table(), Limits(floor, threshold))
