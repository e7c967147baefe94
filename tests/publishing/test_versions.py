"""Published versions: whole, immutable, swapped at once, kept as long as said."""

import shutil
import stat
from decimal import Decimal

import duckdb
import pytest

from pipelines.publishing.publish import publish, remove, rollback
from pipelines.publishing.versions import (
    QUALITY,
    PublishError,
    current,
    damaged_versions,
    version_names,
    versions,
)
from pipelines.settings import PublishingSettings

COSTS = "select billed_cost from fct_charges_daily"


@pytest.fixture
def published(settings, audited):
    """Publish one version for each cost."""

    def make(*costs):
        made = []
        for cost in costs:
            audited(cost)
            made.append(publish(settings))
        return made

    return make


def test_before_the_first_publish_there_is_no_version(settings):
    assert current(settings) is None
    assert versions(settings) == []


def test_the_newest_published_version_is_current(settings, published):
    made = published(1, 2)

    assert versions(settings) == made
    assert current(settings) == made[1]


def test_every_mart_and_every_ledger_table_can_be_asked_by_its_name(seven, ask):
    assert ask(seven, COSTS) == [(Decimal(7),)]
    assert ask(seven, "select BilledCost from focus") == [(Decimal(7),)]
    for table in ("model_usage", "training_attempts", "invoices"):
        assert ask(seven, f"select count(*) from {table}") == [(0,)]


def test_each_mart_has_one_name_in_the_published_file(seven, ask):
    names = [
        name
        for (name,) in ask(
            seven,
            "select table_name from duckdb_tables() union all "
            "select view_name from duckdb_views() where not internal",
        )
    ]

    assert len(names) == len(set(names))
    assert {"fct_charges_daily", "focus", "published_version"} <= {*names}


def test_a_copied_version_answers_from_its_own_ledger(published, ask, tmp_path):
    [version] = published(3)
    copied = tmp_path / "elsewhere.duckdb"
    shutil.copyfile(version.database, copied)
    remove(version.folder)

    with duckdb.connect(str(copied), read_only=True) as db:
        assert db.execute("select BilledCost from focus_v1_2").fetchall() == [(3,)]
        assert db.execute(
            "select version, build_id from published_version"
        ).fetchall() == [(version.name, version.manifest["build_id"])]


def test_every_column_of_the_published_ledger_says_what_it_means(seven, ask):
    comments = dict(
        ask(
            seven,
            "select column_name, comment from duckdb_columns() "
            "where schema_name = 'main' and table_name = 'focus'",
        )
    )

    assert None not in comments.values()
    assert comments["AllocatedMethodId"] == (
        "The method by which a shared charge was split; NULL where nothing was "
        "allocated. FOCUS 1.3 and later, conditional."
    )
    assert comments["x_CredentialId"].startswith("The API key or other credential")


def test_every_mart_is_a_parquet_file_beside_the_database(seven):
    with duckdb.connect() as db:
        rows = db.execute(f"from '{seven.folder}/marts/fct_charges_daily.parquet'")
        assert rows.fetchall() == [(Decimal(7), None)]


def test_the_database_is_readable_by_older_clients_and_writable_by_nobody(seven):
    with duckdb.connect() as db:
        db.execute(f"attach '{seven.database}' as version (read_only)")
        [(tags,)] = db.execute(
            "select tags from duckdb_databases() where database_name = 'version'"
        ).fetchall()
    assert tags["storage_version"].startswith("v1.0.0")
    assert stat.S_IMODE(seven.database.stat().st_mode) == 0o444


def test_an_open_reader_keeps_its_rows_when_the_next_version_is_published(
    settings, published
):
    [old] = published(1)
    with duckdb.connect(str(old.database), read_only=True) as reader:
        published(2)

        assert reader.execute(COSTS).fetchall() == [(Decimal(1),)]
        assert reader.execute("select BilledCost from focus").fetchall() == [
            (Decimal(1),)
        ]
    assert current(settings) != old


def test_an_open_reader_keeps_its_marts_when_retention_removes_its_version(
    settings, audited, published
):
    [old] = published(1)
    two = settings.model_copy(
        update={"publishing": PublishingSettings(keep_versions=2)}
    )
    with duckdb.connect(str(old.database), read_only=True) as reader:
        for cost in (2, 3):
            audited(cost)
            publish(two)

        assert reader.execute(COSTS).fetchall() == [(Decimal(1),)]
    assert not old.folder.exists()


def test_as_many_versions_are_kept_as_the_owner_wants(settings, audited, published):
    made = published(1, 2, 3)
    two = settings.model_copy(
        update={"publishing": PublishingSettings(keep_versions=2)}
    )
    audited(4)

    newest = publish(two)

    assert versions(settings) == [made[2], newest]
    assert not made[0].folder.exists()


def test_rollback_shows_an_older_version_and_keeps_the_newer(settings, published, ask):
    old, new = published(1, 2)

    assert rollback(settings, old.name) == old
    assert ask(current(settings), COSTS) == [(Decimal(1),)]
    assert versions(settings) == [old, new]


def test_after_a_rollback_the_next_publish_is_current_again(settings, published):
    old, _ = published(1, 2)
    rollback(settings, old.name)

    [newest] = published(3)

    assert current(settings) == newest


def test_rolling_back_to_an_unknown_version_names_the_known_ones(settings, seven):
    with pytest.raises(PublishError, match=f"'nope'; known versions: {seven.name}"):
        rollback(settings, "nope")

    assert current(settings) == seven


def test_remains_of_a_killed_publish_are_no_version_and_are_swept(settings, published):
    [version] = published(1)
    orphan = settings.versions_dir / "20261101T000000Z-killed"
    (orphan / "marts").mkdir(parents=True)
    (orphan / "warehouse.duckdb.tmp").write_bytes(b"half")
    half_link = settings.versions_dir / ".current.123"
    half_link.symlink_to(orphan.name)

    assert versions(settings) == [version]
    [newest] = published(2)

    assert not orphan.exists()
    assert not half_link.is_symlink()
    assert versions(settings) == [version, newest]


def test_remains_of_a_killed_retention_are_no_version_and_are_swept(
    settings, published
):
    old, new = published(1, 2)
    old.folder.chmod(0o755)
    (old.folder / "manifest.json").unlink()

    assert versions(settings) == [new]
    published(3)

    assert not old.folder.exists()


def test_a_build_without_marts_is_not_published(settings, audited):
    audited(marts="select 1")

    with pytest.raises(PublishError, match="no marts"):
        publish(settings)

    assert current(settings) is None


def test_a_version_is_not_touched_by_what_the_ledger_becomes(published, charge, ask):
    [version] = published(1)

    charge(9)

    assert ask(version, "select BilledCost from focus") == [(Decimal(1),)]


def test_a_version_keeps_the_page_of_its_own_checks(settings, audited):
    audited(4)
    version = publish(settings)
    (settings.build_dir / QUALITY).write_text("of a later build")

    assert (version.folder / QUALITY).read_text() == "<h1>Data quality</h1>"


CHOSEN = """
models:
  - name: fct_charges_daily
    columns:
      - name: billed_cost
        description: What it cost.
        config:
          meta:
            metric: {name: asked_for, numerator: billed_cost%s}
"""


@pytest.fixture
def workspace(settings, tmp_path):
    """Give the folder of the workspace's own models; it has one metric of one mart."""
    models = tmp_path / "workspace" / "models"
    models.mkdir(parents=True)
    settings._workspace = models.parent
    return models


def test_metrics_of_the_workspace_are_published_with_its_marts(
    settings, workspace, audited, ask
):
    (workspace / "marts.yml").write_text(CHOSEN % "")
    audited(3)

    version = publish(settings)

    [(metric, mart, sql)] = ask(
        version,
        "select metric, mart, expression from metrics where metric = 'asked_for'",
    )
    assert (metric, mart) == ("asked_for", "fct_charges_daily")
    assert ask(version, f"select {sql} from {mart}") == [(Decimal(3),)]


def test_a_metric_that_is_not_declared_as_it_must_be_is_not_published(
    settings, workspace, audited
):
    (workspace / "marts.yml").write_text(CHOSEN % ", time_column: month")
    audited(3)

    with pytest.raises(PublishError, match="the time_column month, which is no column"):
        publish(settings)

    assert current(settings) is None


def test_a_home_copied_by_a_program_that_follows_links_is_read_and_published_to(
    settings, published
):
    [first] = published(1)
    link = settings.versions_dir / "current"
    link.unlink()
    shutil.copytree(first.folder, link)

    assert current(settings) == first
    assert version_names(settings) == [first.name]

    [second] = published(2)

    assert link.readlink().name == second.name
    assert current(settings) == second
    assert versions(settings) == [first, second]


def test_a_version_that_was_renamed_is_named_and_stops_no_publish(settings, published):
    [first] = published(1)
    first.folder.chmod(0o755)
    odd = first.folder.rename(settings.versions_dir / "before-the-audit")

    [second] = published(2)

    assert versions(settings) == [second]
    assert damaged_versions(settings) == {
        odd.name: f"{odd} is version {first.name}; give it that name again"
    }


def test_current_leads_to_a_version_of_this_home_only(settings, seven, tmp_path):
    foreign = shutil.copytree(seven.folder, tmp_path / "foreign" / seven.name)
    link = settings.versions_dir / "current"
    link.unlink()
    link.symlink_to(foreign)

    with pytest.raises(PublishError, match=f"leads to {foreign}; expected one of the"):
        current(settings)

    assert rollback(settings, seven.name) == seven
    assert current(settings) == seven
