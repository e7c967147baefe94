"""A published version in the catalog of a Spark, as somebody with SQL finds it."""

import shutil

import duckdb
import pytest

from pipelines.publishing.versions import current
from pipelines.settings import Settings
from pipelines.settings.sections import PublishingSettings
from pipelines.spark.session import session
from pipelines.targets import TargetError
from pipelines.targets.registry import chosen
from pipelines.targets.spark_catalog import copy_version

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.skipif(not shutil.which("java"), reason="a Spark needs Java"),
    pytest.mark.slow,
]


@pytest.fixture
def settings(sample_home):
    return Settings(
        home=sample_home,
        engine={"remote": "local[1]"},
        publishing={"spark_schema": "finops"},
    )


def test_the_catalog_has_each_version_and_views_of_the_current_one(settings):
    version = current(settings)
    spark = session(settings)
    gone = "finops__20260101t000000z_0a"
    spark.sql(f"create schema {gone}")
    spark.sql("create schema finops")
    spark.sql("create view finops.fct_of_an_older_unitmill as select 1")

    shown = copy_version(settings, version)
    again = copy_version(settings, version)

    assert [target.name for target in chosen(settings)] == ["spark-catalog"]
    assert (again.schema, again.tables) == (shown.schema, shown.tables)
    assert shown.retired == (gone,)
    views = {row.viewName for row in spark.sql("show views in finops").collect()}
    assert views == {*shown.tables, "published_version"}
    [said] = spark.sql("select * from finops.published_version").collect()
    assert said.schema_name == shown.schema
    [cost] = spark.sql(
        "select sum(billed_cost) from finops.fct_charges_daily "
        "where billing_currency = 'USD'"
    ).first()
    [rows] = spark.sql("select count(*) from finops.focus").first()
    with duckdb.connect(str(version.database), read_only=True) as db:
        assert db.execute(
            "select sum(billed_cost), (select count(*) from focus) "
            "from fct_charges_daily where billing_currency = 'USD'"
        ).fetchone() == (cost, rows)
    [meaning] = [
        row.comment
        for row in spark.sql(f"describe {shown.schema}.fct_charges_daily").collect()
        if row.col_name == "billed_cost"
    ]
    assert meaning


def test_what_spark_refuses_is_one_sentence_and_the_mark_stays(settings):
    spark = session(settings)
    spark.sql("create schema if not exists broken")
    # A table stands where a view would be made.
    spark.sql("create table broken.focus (n int) using parquet")
    other = settings.model_copy(
        update={"publishing": PublishingSettings(spark_schema="broken")}
    )

    with pytest.raises(TargetError, match="unitmill publish-to spark-catalog") as said:
        copy_version(other, current(settings))

    assert "\n" not in str(said.value)
    assert "published_version" not in {
        row.viewName for row in spark.sql("show views in broken").collect()
    }
