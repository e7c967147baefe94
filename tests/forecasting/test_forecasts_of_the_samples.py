"""The sample company's October: what its marts say of the month that ran away."""

from datetime import date

import duckdb
import pytest

from pipelines.publishing.versions import current

pytestmark = pytest.mark.slow


@pytest.fixture
def ask(sample_settings):
    database = str(current(sample_settings).database)

    def rows(query):
        with duckdb.connect(database, read_only=True) as db:
            return db.execute(query).fetchall()

    return rows


def test_the_surge_of_the_chatbot_is_found_on_its_first_day_and_named(ask):
    found = ask(
        "select first_date, last_date, day_count, direction, cause, is_open "
        "from fct_cost_anomalies where sub_account_id = 'proj_marketing_chatbot' "
        "and impact_cost > 1000"
    )

    first, last = date(2026, 10, 8), date(2026, 10, 31)
    assert found == [(first, last, 24, "surge", "volume", True)]


def test_calm_months_are_green_and_october_is_red(ask):
    bands = ask(
        "select band from fct_anomaly_rates_monthly "
        "where scope_type = 'provider' and scope_value = 'OpenAI' order by month"
    )

    assert bands == [("green",), ("green",), ("red",)]


def test_the_forecasts_beat_the_last_week_and_their_intervals_hold(ask):
    ((skill, within_80, within_90),) = ask(
        "select median(skill_ratio), "
        "sum(within_80_day_count) / sum(interval_day_count), "
        "sum(within_90_day_count) / sum(interval_day_count) "
        "from fct_forecast_accuracy where is_chosen and horizon_days = 30"
    )

    assert skill > 0.05
    assert 0.75 < within_80 < 0.85
    assert 0.85 < within_90 < 0.95


def test_november_has_a_projection_on_its_first_day_for_every_scope(ask):
    ((scopes, projected, days_left),) = ask(
        "select count(*), count(projected_cost), max(days_left) "
        "from fct_month_end_projections where scope_type != 'workload'"
    )

    assert scopes == projected > 80
    assert days_left == 30


def test_a_month_s_forecast_is_the_sum_of_its_days(ask):
    apart = ask(
        "select projections.scope_value from fct_month_end_projections as projections "
        "inner join (select scope_type, scope_value, currency, "
        "sum(expected_cost) as days from fct_forecasts_daily "
        "where forecast_date < '2026-12-01' group by all) "
        "using (scope_type, scope_value, currency) "
        "where abs(projections.expected_rest_cost - days) > 0.000001"
    )

    assert apart == []
