"""The Dagster shell: everything loads, is owned, described and gated."""

import json
import re
import warnings
from pathlib import Path

import dagster as dg
import dagster_webserver
import pytest

from pipelines.defs import build_definitions
from pipelines.defs.alerts import SEND
from pipelines.defs.automation import JOB
from pipelines.defs.home import POOL
from pipelines.defs.publish import VERSION
from pipelines.defs.summaries import SEND as SUMMARIES
from pipelines.defs.targets import POSTGRES
from pipelines.ledger.files import partitions
from pipelines.reference.tables import REFERENCE_TABLES
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.settings.sections import PostgresSettings
from pipelines.sources.plans import plan_sources
from pipelines.sources.registry import COST_SOURCES, USAGE_SOURCES, all_sources

SHIPPED = (*COST_SOURCES, *USAGE_SOURCES)


@pytest.fixture(scope="module")
def settings(tmp_path_factory, new_home):
    return Settings(home=new_home(tmp_path_factory.mktemp("defs") / "home"))


@pytest.fixture(scope="module")
def loaded(settings):
    """Load the definitions as Dagster does; keep the warnings that it gives."""
    with warnings.catch_warnings(record=True) as captured:
        warnings.simplefilter("always")
        definitions = build_definitions(settings)
        definitions.resolve_asset_graph()
    return definitions, captured


@pytest.fixture(scope="module")
def definitions(loaded):
    return loaded[0]


@pytest.fixture(scope="module")
def graph(definitions):
    return definitions.resolve_asset_graph()


def test_a_code_location_loads_all_of_it(definitions):
    """Two ops of one name load one by one, and together not at all."""
    dg.Definitions.validate_loadable(definitions)


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


def test_a_folder_of_dbt_models_is_a_group(graph):
    groups = {
        key.path[-1]: graph.get(key).group_name
        for key in graph.materializable_asset_keys
    }

    assert groups["fct_token_costs_daily"] == "marts_unit_costs"
    assert groups["int_training_runs"] == "intermediate_training"
    assert groups["stg_usage__model_usage"] == "staging_usage"


def test_sources_are_grouped_by_what_they_tell_of(graph):
    groups = {
        key.path[-1]: graph.get(key).group_name
        for key in graph.materializable_asset_keys
        if graph.get(key).group_name.startswith("sources_")
    }

    assert groups["aws"] == groups["openai"] == "sources_cost"
    assert groups["openai_usage"] == groups["slurm"] == "sources_usage"
    assert groups["invoices"] == groups["prepaid"] == "sources_lists"
    assert groups["ferrum"] == groups["databricks"] == "sources_plans"


def test_every_asset_is_found_by_its_layer_and_domain(graph):
    tags = {
        key.to_user_string(): (node.tags["layer"], node.tags["domain"])
        for key in graph.materializable_asset_keys
        if (node := graph.get(key))
    }

    assert tags["focus/aws"] == ("ledger", "cost")
    assert tags["ledger/model_usage"] == ("ledger", "tables")
    assert tags["reference/token_prices"] == ("reference", "seeds")
    assert tags["intermediate/int_training_runs"] == ("intermediate", "training")
    assert tags["marts/fct_gpu_hour_costs"] == ("marts", "unit_costs")
    assert tags["publish/version"] == ("publish", "version")


def test_dagster_ships_an_icon_for_every_kind(graph):
    """Another kind is drawn as a grey box, so nobody sees a misspelled one."""
    build = Path(dagster_webserver.__file__).parent / "webapp" / "build"
    drawn = {
        name
        for path in build.glob("_next/static/chunks/*.js")
        for name in re.findall(r'"?([\w&]+)"?:\{icon:', path.read_text("utf-8"))
    }
    kinds = {
        kind for key in graph.materializable_asset_keys for kind in graph.get(key).kinds
    }

    assert {"aws", "googlecloud", "oracle", "claude", "slurm", "duckdb"} <= kinds
    assert kinds - drawn == set()


def test_every_column_of_ledger_and_marts_has_a_type_and_a_meaning(graph):
    bare = {}
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        if node.tags["layer"] not in {"ledger", "marts"}:
            continue
        schema = node.metadata.get("dagster/column_schema")
        columns = schema.columns if schema else ()
        lacking = [c.name for c in columns if not (c.type and c.description)]
        if lacking or not columns:
            bare[key.to_user_string()] = lacking

    assert bare == {}


def test_every_column_of_a_reference_table_has_a_type_and_a_meaning(graph):
    for table in REFERENCE_TABLES:
        node = graph.get(dg.AssetKey(["reference", table.name]))
        columns = node.metadata["dagster/column_schema"].columns

        assert [column.name for column in columns] == table.schema.names
        assert all(column.type and column.description for column in columns)


@pytest.mark.parametrize(
    ("name", "page", "file"),
    [
        ("focus/aws", "sources/cost/aws.md", "sources/cost/aws/convert.sql"),
        (
            "model_usage/litellm",
            "sources/usage/litellm.md",
            "usage/litellm/convert.sql",
        ),
        ("ledger/gpu_usage", "usage-tables.md#gpu_usage", "defs/convert.py"),
        (
            "marts/fct_charges_daily",
            "marts.md#fct_charges_daily",
            "fct_charges_daily.sql",
        ),
        ("publish/version", "operations.md#it-is-not-published-what-now", "publish.py"),
    ],
)
def test_an_asset_points_to_its_page_and_its_code(graph, name, page, file):
    metadata = graph.get(dg.AssetKey(name.split("/"))).metadata
    references = metadata["dagster/code_references"].code_references

    assert metadata["docs"].value.endswith(f"/docs/{page}")
    assert references[0].file_path.endswith(file)
    assert all(Path(reference.file_path).is_file() for reference in references)


def test_an_old_version_is_seen(graph):
    policy = graph.get(VERSION).freshness_policy

    assert policy.warn_window.to_timedelta().total_seconds() == 30 * 3600
    assert policy.fail_window.to_timedelta().total_seconds() == 48 * 3600


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


# What each is made from, as somebody who follows an amount would ask.
UPSTREAM = {
    "landing/deliveries": set(),
    "reference/settings": set(),
    "reference/exchange_rates": {
        "ledger/focus",
        "ledger/business_values",
        "reference/settings",
    },
    "reference/list_prices": {"ledger/focus", "ledger/model_usage"},
    "reference/published_totals": set(),
    "reference/published_forecasts": set(),
    "staging/stg_landing__deliveries": {"landing/deliveries"},
    "staging/stg_landing__settings": {"reference/settings"},
    "staging/stg_landing__exchange_rates": {"reference/exchange_rates"},
    "staging/stg_landing__list_prices": {"reference/list_prices"},
    "staging/stg_landing__published_totals": {"reference/published_totals"},
    "staging/stg_landing__published_forecasts": {"reference/published_forecasts"},
    "staging/stg_landing__rows_left_out": {"ledger/row_counts"},
    "staging/stg_meta__build": {"meta/build"},
}


@pytest.mark.parametrize("name", UPSTREAM)
def test_what_a_build_reads_beside_the_ledger_says_what_it_is_made_from(graph, name):
    parents = graph.get(dg.AssetKey(name.split("/"))).parent_keys

    assert {key.to_user_string() for key in parents} == UPSTREAM[name]


def test_rows_that_were_left_out_come_from_every_table_of_the_ledger(graph):
    tables = {k for k in graph.materializable_asset_keys if k.path[0] == "ledger"}
    left_out = dg.AssetKey(["ledger", "row_counts"])

    assert graph.get(left_out).parent_keys == tables - {left_out}


def test_only_the_id_of_the_build_is_made_by_no_asset(graph):
    keys = graph.get_all_asset_keys() - graph.materializable_asset_keys

    assert {key.to_user_string() for key in keys} == {"meta/build"}


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


def test_a_check_starts_with_what_differs_and_not_with_its_asset(graph):
    checks = [key for key in graph.asset_check_keys if key.asset_key.path[0] == "marts"]

    assert len(checks) > 100
    assert [k for k in checks if k.asset_key.path[-1] in k.name] == []
    assert (
        dg.AssetCheckKey(
            dg.AssetKey(["marts", "fct_token_costs_daily"]),
            "effective_cost_sums_to_int_token_charges",
        )
        in checks
    )


def test_every_test_of_dbt_is_a_check(graph, settings):
    manifest = json.loads((settings.home_dir / "dbt/target/manifest.json").read_text())
    tests = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
    made_by_dbt = [
        key
        for key in graph.asset_check_keys
        if "expectations" not in key.name
        and key.asset_key.path[0] not in {"landing", "publish"}
    ]

    assert len(made_by_dbt) == len(tests) > 200


def test_the_schedule_and_the_sensors_start_the_build_and_the_sending(definitions):
    repository = definitions.get_repository_def()

    schedules = {s.name: s.job_name for s in repository.schedule_defs}
    assert schedules == {"every_morning": JOB, "every_monday": SUMMARIES}
    starts = {s.name: [t.job_name for t in s.targets] for s in repository.sensor_defs}
    assert starts == {
        "new_deliveries": [JOB],
        "alerts": [SEND],
        "failed_summaries": [SUMMARIES],
        "killed_runs": [],
    }


def test_only_the_sensor_that_ends_killed_runs_is_on_by_default(definitions):
    repository = definitions.get_repository_def()
    on = [
        sensor.name
        for sensor in repository.sensor_defs
        if sensor.default_status is dg.DefaultSensorStatus.RUNNING
    ]

    assert on == ["killed_runs"]


@pytest.mark.parametrize("again", [["2026-09"], ["all"]])
def test_the_job_may_be_told_which_months_to_convert_again(definitions, again):
    told = {"ops": {"focus__aws": {"config": {"convert_again": again}}}}

    assert dg.validate_run_config(definitions.resolve_job_def(JOB), told)


def test_everything_that_writes_in_the_home_holds_it_and_sending_alerts_does_not(
    definitions,
):
    """A step without the resource would write beside another run."""
    jobs = [definitions.resolve_implicit_global_asset_job_def()]
    jobs += [definitions.resolve_job_def(name) for name in (JOB, SEND)]
    resources = {
        job.name: {
            node.name: (
                node.definition.pool,
                {"home", "inputs"} & node.definition.required_resource_keys != set(),
            )
            for node in job.nodes
        }
        for job in jobs
    }

    assert resources.pop(SEND) == {"send": (None, False)}
    assert len(resources) == 2
    for name, nodes in resources.items():
        outside = [node for node, held in nodes.items() if held != (POOL, True)]
        assert outside == [], name


def test_no_asset_has_partitions_so_that_everything_is_one_run(graph):
    keys = graph.materializable_asset_keys

    assert [key for key in keys if graph.get(key).partitions_def] == []
    assert [key for key in keys if graph.get(key).backfill_policy] == []


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
    # The others have a sample beside their plans: test_shipped_vendors.
    beside = {path.parent.name for path in settings.plans_dir.glob("*/sample")}
    for source in all_sources(settings):
        if source.name in beside:
            continue
        ledger = sample_home / "ledger"
        assert partitions(ledger, source.table, source.name), source.name


def test_every_plan_folder_of_ours_is_a_source(settings):
    about = settings.plans_dir.glob("*/source.yaml")
    folders = {path.parent.name for path in about if "overlay:" not in path.read_text()}

    assert {source.name for source in plan_sources(settings)} == folders


def test_postgres_is_a_part_of_the_build_where_an_address_is_named(settings, graph):
    of_postgres = PostgresSettings(database_url_variable="WAREHOUSE_DATABASE_URL")
    publishing = settings.publishing.model_copy(update={"postgres": of_postgres})
    definitions = build_definitions(
        settings.model_copy(update={"publishing": publishing})
    )

    built = definitions.resolve_asset_graph()
    job = definitions.resolve_job_def(JOB)

    assert POSTGRES in job.asset_layer.selected_asset_keys
    assert POSTGRES not in graph.get_all_asset_keys()
    assert built.get_all_asset_keys() - graph.get_all_asset_keys() == {POSTGRES}
    assert built.get(POSTGRES).parent_keys == {VERSION}
