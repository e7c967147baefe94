"""Runs pipelines.forecasting over every anomaly series; see the yml of that name."""

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
    return judged(
        costs.project(
            "anomaly_series_id, charge_date, effective_cost as cost"
        ).to_arrow_table(),
        Limits(floor, threshold),
    )
