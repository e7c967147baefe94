"""Every metric, asked as each exported file says it, is what plain SQL says."""

import io
import math
import zipfile

import duckdb
import pytest
import sqlglot
import yaml

from pipelines.publishing.versions import current
from pipelines.semantic.declared import declared
from pipelines.semantic.ossie import document
from pipelines.semantic.published import tables
from pipelines.semantic.superset import MASK, AddressError, bundle, metrics_of
from pipelines.settings import DBT_DIR, Settings

pytestmark = pytest.mark.slow
METRICS = {
    metric.metric: metric
    for mart in declared([DBT_DIR / "models"])
    for metric in mart.metrics
}
WELL_KNOWN = {
    "billed_cost",
    "cost_per_1k_tokens",
    "cost_per_gpu_hour",
    "cost_per_inference",
    "cost_per_training_hour",
    "effective_cost",
}
# What core-spec of Apache Ossie 0.2.0.dev0 requires and allows of each object.
ALLOWED = {
    "model": ("name datasets", "description ai_context relationships metrics"),
    "dataset": (
        "name source",
        "primary_key unique_keys description ai_context fields custom_extensions",
    ),
    "field": (
        "name expression",
        "dimension label description datatype ai_context custom_extensions",
    ),
    "metric": ("name expression", "description datatype ai_context custom_extensions"),
}
DATATYPES = {
    "String", "Integer", "Decimal", "Float", "Boolean", "Date", "Time", "DateTime",
    "DateTimeTz", "Opaque",
}  # fmt: skip


@pytest.fixture(scope="module")
def version(sample_home):
    return current(Settings(home=sample_home))


@pytest.fixture(scope="module")
def db(version):
    with duckdb.connect(str(version.database), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def found(version):
    return tables(version.database, version.manifest["row_counts"])


@pytest.fixture(scope="module")
def in_superset(found, version):
    archive = bundle(found, f"duckdb:///{version.database}")
    return {name: (f"{s}.{t}", sql) for s, t, name, sql in metrics_of(archive)}


@pytest.fixture(scope="module")
def in_ossie(found):
    [model] = yaml.safe_load(document(found))["semantic_model"]
    sources = {one["name"]: one["source"] for one in model["datasets"]}
    return {
        one["name"]: (
            sources[METRICS[one["name"]].mart],
            one["expression"]["dialects"][0]["expression"],
        )
        for one in model["metrics"]
    }


def by_month(metric):
    time = metric.time_column
    return f"date_trunc('month', {time})" if time else "null"


def recomputed(db, metric):
    """Divide the parts of the yml again, by a WHERE, and in exact decimals."""
    where = [f"({metric.numerator}) is not null", f"({metric.filter or 'true'})"]
    answer = f"sum({metric.numerator})"
    if metric.denominator:
        where.append(f"({metric.denominator}) is not null")
        answer += (
            f"::double / nullif(sum({metric.denominator})::double, 0) * {metric.per}"
        )
    return dict(
        db.execute(
            f"select {by_month(metric)} as month, {answer} from {metric.mart} "
            f"where {' and '.join(where)} group by all"
        ).fetchall()
    )


def says(db, place, expression, month):
    rows = db.execute(
        f"select {month} as month, {expression} from {place} group by all"
    ).fetchall()
    return {month: value for month, value in rows if value is not None}


def assert_same(said, expected):
    expected = {month: value for month, value in expected.items() if value is not None}
    assert said.keys() == expected.keys()
    for month, value in expected.items():
        assert math.isclose(said[month], value, rel_tol=1e-12), month


def test_every_metric_of_the_ymls_is_published_and_the_well_known_are_among_them(
    db, in_superset, in_ossie
):
    published = {
        name for (name,) in db.execute("select metric from metrics").fetchall()
    }

    assert published == set(METRICS) == set(in_superset) == set(in_ossie)
    assert published >= WELL_KNOWN


@pytest.mark.parametrize("name", sorted(METRICS))
def test_superset_and_ossie_say_what_sql_says(db, in_superset, in_ossie, name):
    metric = METRICS[name]
    expected = recomputed(db, metric)

    for place, expression in (in_superset[name], in_ossie[name]):
        assert_same(says(db, place, expression, by_month(metric)), expected)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_metric_of_one_row_is_the_column_of_the_mart(db, in_superset, name):
    """At the mart's own grain both are one number, unknown where it is unknown."""
    metric = METRICS[name]
    place, expression = in_superset[name]

    # The mart rounds to the twelfth digit.
    wrong = db.execute(
        f"select said, stated from (select {expression} as said, "
        f"max({metric.column}) as stated from {place} group by rowid) "
        "where (said is null) != (stated is null) "
        "or abs(said - stated) > 1e-9 * abs(said) + 1e-12"
    ).fetchall()

    assert wrong == []


@pytest.mark.parametrize("name", sorted(METRICS))
def test_postgres_can_read_every_expression(in_superset, name):
    _, expression = in_superset[name]

    assert "filter (" not in expression
    assert sqlglot.parse_one(expression, dialect="postgres")


def test_every_dataset_column_and_metric_of_the_bundle_is_described(found, version):
    archive = zipfile.ZipFile(
        io.BytesIO(bundle(found, f"duckdb:///{version.database}"))
    )
    datasets = [
        yaml.safe_load(archive.read(name))
        for name in archive.namelist()
        if "/datasets/" in name
    ]

    assert {one["table_name"] for one in datasets} == set(
        version.manifest["row_counts"]
    )
    for one in datasets:
        assert one["description"]
        assert one["schema"] == "main"
        assert one["extra"]["certification"]["certified_by"] == "Unitmill"
        assert [c["column_name"] for c in one["columns"] if not c["description"]] == []
        assert [m["metric_name"] for m in one["metrics"] if not m["description"]] == []
    traps = [
        m
        for one in datasets
        for m in one["metrics"]
        if "warning_markdown" in m["extra"]
    ]
    assert len(traps) == sum(bool(metric.trap) for metric in METRICS.values())


def test_every_chart_of_the_dashboard_has_its_dataset_its_metrics_and_its_columns(
    found, version, db
):
    archive = zipfile.ZipFile(
        io.BytesIO(bundle(found, f"duckdb:///{version.database}"))
    )
    read = {name: yaml.safe_load(archive.read(name)) for name in archive.namelist()}
    datasets = {d["uuid"]: d for name, d in read.items() if "/datasets/" in name}
    charts = [c for name, c in read.items() if "/charts/" in name]
    [dashboard] = [d for name, d in read.items() if "/dashboards/" in name]

    assert dashboard["dashboard_title"] == "AI unit economics"
    placed = {
        one["meta"]["uuid"]
        for one in dashboard["position"].values()
        if isinstance(one, dict) and one["type"] == "CHART"
    }
    assert placed == {chart["uuid"] for chart in charts}
    assert len(charts) == 8
    for chart in charts:
        dataset, asks = datasets[chart["dataset_uuid"]], chart["params"]
        columns = {c["column_name"] for c in dataset["columns"]}
        metrics = {m["metric_name"] for m in dataset["metrics"]}
        saved = {m for m in asks.get("metrics", []) if isinstance(m, str)}
        assert saved <= metrics
        assert {*asks.get("groupby", []), *asks.get("all_columns", [])} <= columns
        assert asks.get("x_axis", "billing_period_start") in columns


def test_the_spend_of_the_dashboard_is_that_of_the_executive_mart(db, in_superset):
    place, expression = in_superset["effective_cost"]
    said = says(db, place, expression, "billing_period_start")

    expected = db.execute(
        "select billing_period_start, reporting_effective_cost "
        "from fct_executive_monthly where reporting_effective_cost != 0"
    ).fetchall()
    assert said == dict(expected)


def test_a_bundle_for_postgres_has_its_schema_and_no_password(found):
    address = "postgresql://reader:s3cret@db.example/warehouse"
    archive = bundle(found, address)

    assert b"s3cret" not in archive
    read = zipfile.ZipFile(io.BytesIO(archive))
    database = yaml.safe_load(read.read("unitmill/databases/unitmill.yaml"))
    uri = f"postgresql://reader:{MASK}@db.example/warehouse"
    assert database["sqlalchemy_uri"] == uri
    assert database["extra"] == {}
    assert {schema for schema, *_ in metrics_of(archive)} == {"marts"}
    assert {s for s, *_ in metrics_of(bundle(found, address, "finops"))} == {"finops"}


@pytest.mark.parametrize("address", ["mysql://u:s3cret@h/d", "s3cret, no address"])
def test_an_address_of_no_target_is_refused_without_repeating_it(found, address):
    with pytest.raises(AddressError, match=r"expected duckdb://\.\.\. or") as refused:
        bundle(found, address)

    assert "s3cret" not in str(refused.value)


def test_the_same_version_gives_the_same_bytes(found):
    address = "duckdb:////data/warehouse.duckdb"

    assert bundle(found, address) == bundle(found, address)


def test_the_file_of_ossie_has_the_form_that_its_specification_asks_for(found):
    read = yaml.safe_load(document(found))
    [model] = read["semantic_model"]

    assert set(read) == {"version", "semantic_model"}
    assert read["version"] == "0.2.0.dev0"
    objects = [("model", model)]
    objects += [("dataset", one) for one in model["datasets"]]
    objects += [("field", f) for one in model["datasets"] for f in one["fields"]]
    objects += [("metric", one) for one in model["metrics"]]
    for kind, one in objects:
        required, optional = (set(names.split()) for names in ALLOWED[kind])
        assert required <= set(one) <= required | optional
        assert one.get("datatype", "String") in DATATYPES
        if "expression" in one:
            [said] = one["expression"]["dialects"]
            assert set(said) == {"dialect", "expression"}
            assert said["dialect"] == "ANSI_SQL"
    names = [one["name"] for kind, one in objects if kind in {"dataset", "metric"}]
    assert len(names) == len(set(names))


def test_the_command_writes_both_files_and_overwrites_none(
    command, sample_settings, tmp_path
):
    archive, text = tmp_path / "unitmill.zip", tmp_path / "unitmill.yaml"

    said = command("export", "superset", str(archive), settings=sample_settings)
    assert said.returncode == 0, said.stderr
    assert f"{len(METRICS)} metrics" in said.stdout
    assert zipfile.ZipFile(archive).testzip() is None
    database = yaml.safe_load(
        zipfile.ZipFile(archive).read("unitmill/databases/unitmill.yaml")
    )
    assert database["sqlalchemy_uri"].endswith("/versions/current/warehouse.duckdb")
    assert (
        command("export", "ossie", str(text), settings=sample_settings).returncode == 0
    )
    assert yaml.safe_load(text.read_text("utf-8"))["version"] == "0.2.0.dev0"

    again = command("export", "ossie", str(text), settings=sample_settings)
    assert again.returncode == 2
