"""The Dagster shell: everything loads, is owned, described and gated."""

import warnings

import dagster as dg
import pytest

from pipelines.defs import build_definitions
from pipelines.defs.alerts import SEND
from pipelines.defs.automation import JOB, partition_range
from pipelines.defs.publish import VERSION
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.plans import plan_sources
from pipelines.sources.registry import COST_SOURCES, USAGE_SOURCES, all_sources

SHIPPED = (*COST_SOURCES, *USAGE_SOURCES)


@pytest.fixture(scope="module")
def settings(tmp_path_factory, new_home):
    return Settings(home=new_home(tmp_path_factory.mktemp("defs") / "home"))


@pytest.fixture(scope="module")
def loaded(settings):
    """Load the definitions as Dagster does; keep the warnings that it gives."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        definitions = build_definitions(settings)
        definitions.resolve_asset_graph()
    return definitions, heard


@pytest.fixture(scope="module")
def definitions(loaded):
    return loaded[0]


@pytest.fixture(scope="module")
def graph(definitions):
    return definitions.resolve_asset_graph()


def test_loading_warns_of_nothing_of_ours(loaded):
    ours = [
        str(w.message)
        for w in loaded[1]
        if issubclass(w.category, dg.BetaWarning | dg.PreviewWarning)
        or "/pipelines/" in w.filename
    ]

    assert ours == []


def test_every_asset_has_a_group_an_owner_and_a_description(graph):
    bare = [
        key.to_user_string()
        for key in graph.materializable_asset_keys
        if not (
            (node := graph.get(key)).group_name not in {None, "default"}
            and node.owners == ["team:finops"]
            and node.description
        )
    ]

    assert bare == []


def test_there_is_one_asset_for_each_source_and_for_each_table(graph, settings):
    keys = graph.materializable_asset_keys

    for source in all_sources(settings):
        assert dg.AssetKey([source.table, source.name]) in keys
        assert dg.AssetKey(["ledger", source.table]) in keys


def test_every_mart_comes_before_publishing_and_nothing_after(graph):
    marts = {k for k in graph.materializable_asset_keys if k.path[0] == "marts"}

    assert marts
    assert graph.get(VERSION).parent_keys == marts
    assert graph.get(VERSION).child_keys == set()


def test_every_great_expectations_suite_blocks_a_mart_that_is_published(graph):
    suites = [
        key
        for key in graph.asset_check_keys
        if key.name.endswith("_meets_expectations")
    ]

    assert len(suites) >= 4
    for key in suites:
        assert graph.get(key).blocking
        assert key.asset_key in graph.get(VERSION).parent_keys


def test_the_schedule_and_the_sensors_start_the_build_and_the_sending(definitions):
    repository = definitions.get_repository_def()

    assert {s.job_name for s in repository.schedule_defs} == {JOB}
    assert {s.name: s.job_name for s in repository.sensor_defs} == {
        "new_deliveries": JOB,
        "alerts": SEND,
    }


def test_a_range_of_months_is_named_by_its_ends(settings):
    assert list(partition_range(settings, "2026-08", "2026-09").values()) == [
        "2026-08-01",
        "2026-09-01",
    ]


def folder_of(source):
    kind = "cost" if source in COST_SOURCES else "usage"
    return f"sources/{kind}", source.family or source.name


@pytest.mark.parametrize("source", SHIPPED, ids=lambda source: source.name)
def test_a_shipped_source_has_a_folder_a_test_and_a_page(source):
    kind, name = folder_of(source)

    assert (PROJECT_DIR / "pipelines" / kind / name / "convert.sql").is_file()
    assert list(PROJECT_DIR.glob(f"tests/{kind}/**/test_{name}*.py"))
    assert (PROJECT_DIR / "docs" / kind / f"{name}.md").is_file()


def test_every_source_is_in_the_sample_exports(sample_home, settings):
    for source in all_sources(settings):
        partitions = sample_home / "ledger" / source.table / source.name
        assert list(partitions.glob("*.parquet")), source.name


def test_every_plan_folder_of_ours_is_a_source(settings):
    folders = {path.parent.name for path in settings.plans_dir.glob("*/source.yaml")}

    assert {source.name for source in plan_sources(settings)} == folders
