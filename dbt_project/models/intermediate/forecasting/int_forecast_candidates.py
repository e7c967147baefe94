"""Runs pipelines.forecasting over every series; see the yml of the same name."""

import duckdb

from pipelines.forecasting.candidates import candidates


def model(dbt, session):
    """Give the table that dbt writes."""
    dbt.config(materialized="table")
    costs = dbt.ref("int_scope_costs_daily").filter("scope_type != 'workload'")
    (least_days, floor) = (
        dbt.ref("stg_landing__settings")
        .project("forecast_least_days, cast(forecast_floor as double)")
        .fetchall()[0]
    )
    try:
        before = session.query(f"select * from {dbt.this}").to_arrow_table()
    except duckdb.CatalogException:
        before = None  # the first build
    return candidates(
        costs.project(
            "series_id, charge_date, recurring_cost as cost"
        ).to_arrow_table(),
        dbt.ref("int_scope_drivers_daily")
        .project("series_id, charge_date, quantity")
        .to_arrow_table(),
        least_days=least_days,
        floor=floor,
        before=before,
    )
