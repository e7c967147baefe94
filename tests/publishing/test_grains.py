"""The grain of a mart is what its dbt test says, and goes along with the version."""

from pipelines.publishing.grains import grains


def manifest(severity):
    """Give as much of dbt's manifest as is read: a mart, its grain, another test."""
    mart = {"name": "fct_spend"}
    test = {
        "attached_node": "model.unitmill.fct_spend",
        "config": {"severity": severity},
        "test_metadata": {
            "name": "unique_grain",
            "kwargs": {"model": "x", "columns": ["project_name", "charge_date"]},
        },
    }
    other = {**test, "test_metadata": {"name": "not_null", "kwargs": {}}}
    nodes = {
        "model.unitmill.fct_spend": mart,
        "test.unitmill.grain": test,
        "test.unitmill.other": other,
        "test.unitmill.singular": {"name": "sums"},
    }
    return {"nodes": nodes}


def test_a_grain_is_that_of_the_test():
    assert grains(manifest("ERROR")) == {"fct_spend": ["project_name", "charge_date"]}


def test_a_grain_that_only_warns_is_no_promise():
    assert grains(manifest("warn")) == {}
