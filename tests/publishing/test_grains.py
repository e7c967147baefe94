"""The grain of a mart is what its dbt test says, and goes along with the version."""

import json

from pipelines.publishing.grains import grains


def parsed(settings, severity):
    """Write as much of dbt's parse as is read: a mart, its grain, another test."""
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
    folder = settings.home_dir / "dbt" / "target"
    folder.mkdir(parents=True)
    nodes = {
        "model.unitmill.fct_spend": mart,
        "test.unitmill.grain": test,
        "test.unitmill.other": other,
        "test.unitmill.singular": {"name": "sums"},
    }
    (folder / "manifest.json").write_text(json.dumps({"nodes": nodes}))


def test_a_grain_is_that_of_the_test(settings):
    parsed(settings, "ERROR")

    assert grains(settings) == {"fct_spend": ["project_name", "charge_date"]}


def test_a_grain_that_only_warns_is_no_promise(settings):
    parsed(settings, "warn")

    assert grains(settings) == {}


def test_without_dbt_there_is_no_grain(settings):
    assert grains(settings) == {}
