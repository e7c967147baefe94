"""Every ratio says what it is of, and is what its own parts make of it."""

import re
from functools import cache

import pytest
import yaml

from pipelines.settings import PROJECT_DIR

MODELS = PROJECT_DIR / "dbt_project" / "models"
RATIO = re.compile(
    r"(_ratio|_index|_share|_rate)$|^price_per_|(^|_)cost_per_|_gain_per_"
)
# Quoted or set by the owner, not divided.
GIVEN = {"exchange_rate", "threshold_ratio"}
KEYS = {
    "capability", "kpi", "cost_basis", "numerator", "denominator", "per", "test",
}  # fmt: skip
# What those have that need it: see docs/semantic-layer.md.
OPTIONAL = {"name", "where", "time_column", "not_additive", "trap"}
# The capabilities of the FinOps Framework that a number can serve.
CAPABILITIES = {
    "Allocation",
    "Anomaly Management",
    "Architecting for Cloud",
    "Budgeting",
    "Cloud Sustainability",
    "Data Ingestion",
    "Forecasting",
    "Planning & Estimating",
    "Rate Optimization",
    "Reporting & Analytics",
    "Unit Economics",
    "Workload Optimization",
}


def described(folder):
    for path in sorted((MODELS / folder).rglob("*.yml")):
        yield yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)


@cache
def marts():
    return [model for file in described("marts") for model in file.get("models", [])]


def names_of_tests(name):
    [mart] = [mart for mart in marts() if mart["name"] == name]
    return {kind["name"] for test in mart["data_tests"] for kind in test.values()}


def metric_of(column):
    return column.get("config", {}).get("meta", {}).get("metric")


RATIOS = [
    pytest.param(mart["name"], column, id=f"{mart['name']}.{column['name']}")
    for mart in marts()
    for column in mart["columns"]
    if (RATIO.search(column["name"]) and column["name"] not in GIVEN)
    or metric_of(column)
]
TESTS = {test["name"] for file in described("") for test in file.get("unit_tests", [])}


@pytest.mark.parametrize(("mart", "column"), RATIOS)
def test_a_ratio_says_what_it_is_of(mart, column):
    metric = metric_of(column)

    assert metric, f"{mart}.{column['name']}: expected config.meta.metric in its yml"
    assert set(metric) - OPTIONAL == KEYS
    assert metric["capability"] in CAPABILITIES
    assert metric["cost_basis"] in {"billed", "effective", "list", "none"}
    if metric["numerator"] == column["name"]:  # a sum
        assert metric["denominator"] is None
        assert metric["test"] in names_of_tests(mart)
        return
    assert (metric["numerator"] is None) == (metric["denominator"] is None)
    if metric["numerator"] is None or metric["test"] != "recomputed":
        assert metric["test"] in TESTS


def test_every_mart_with_counts_or_ratios_is_checked_at_the_gate():
    unchecked = {
        mart["name"]
        for mart in marts()
        if any(
            column["name"].endswith("_count")
            or (metric_of(column) or {}).get("denominator")
            for column in mart["columns"]
        )
        and not any(
            "counts_and_ratios_hold" in test for test in mart.get("data_tests", [])
        )
    }

    assert unchecked == set()
