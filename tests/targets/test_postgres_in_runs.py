"""Postgres follows the published version: in Dagster, in a build, and by a command."""

import dagster as dg
import pytest
from postgres_client import SPEND, VARIABLE

from pipelines.defs import run
from pipelines.defs.home import home_resource
from pipelines.defs.publish import VERSION
from pipelines.defs.targets import POSTGRES, target_assets
from pipelines.publishing.publish import rollback
from pipelines.publishing.versions import current
from pipelines.settings import Settings
from pipelines.targets.registry import copy_to_all

OLD = "20261101T060000Z-0000000000000001"
NEW = "20261102T060000Z-0000000000000002"
SHOWN = "select version from marts.published_version"
# A view of the first stands on a column that the second has not.
FIRST = SPEND.replace("effective_cost", "billed_cost")


def what_stops(settings):
    """Copy what is published as a build with nothing new does; give what stopped it."""
    return copy_to_all(settings, current(settings))[1]


@pytest.fixture
def materialize(chosen):
    """Materialize the asset in a run that holds the home."""

    def once():
        settings = chosen()
        return dg.materialize(
            target_assets(settings),
            resources={"home": home_resource(settings, {POSTGRES})},
            raise_on_error=False,
        )

    return once


@pytest.fixture
def in_the_way(copy, version, ask):
    """Show a first version, of which an analyst needs a column; make a second one."""
    copy(1, FIRST)
    ask("create schema bi")
    ask("create view bi.total as select sum(billed_cost) as cost from marts.spend")
    version(2)


@pytest.fixture
def with_variable(monkeypatch):
    """Set in the environment what unitmill.toml may say."""
    variable = "UNITMILL_PUBLISHING__POSTGRES__DATABASE_URL_VARIABLE"
    monkeypatch.setenv(variable, VARIABLE)


def test_there_is_an_asset_behind_the_version_where_an_address_is_named(
    settings, chosen
):
    [asset] = target_assets(chosen())

    assert target_assets(settings) == []
    assert asset.key == POSTGRES
    assert asset.asset_deps[POSTGRES] == {VERSION}


def test_a_run_copies_the_version_and_says_what_it_did(materialize, version, ask):
    version(1)

    result = materialize()

    [made] = result.asset_materializations_for_node("publish__postgres")
    assert result.success
    assert made.metadata["rows"].value == {"spend": 2}
    assert made.metadata["dagster/row_count"].value == 2
    assert made.metadata["schema"].value == f"marts_{OLD.lower().replace('-', '_')}"
    assert ask(SHOWN) == [(OLD,)]


def test_a_run_that_may_not_take_a_column_fails_with_the_sentence(
    materialize, in_the_way, ask
):
    result = materialize()

    [failed] = [event for event in result.all_events if event.is_step_failure]
    [said] = run._reasons(result)
    assert failed.step_key == "publish__postgres"
    assert "the column billed_cost is gone, and this depends on the view: bi" in said
    assert ask(SHOWN) == [(OLD,)]


def test_a_build_with_nothing_new_brings_postgres_up_to_date(
    chosen, version, address, ask
):
    """A night in which Postgres was down is made up for by the next build."""
    version(1)

    assert what_stops(chosen()) == []
    assert ask(SHOWN) == [(OLD,)]


def test_a_build_says_what_stops_postgres(chosen, in_the_way):
    [said] = what_stops(chosen())

    assert said.startswith(
        "marts in Postgres stays as it is: marts.spend: the column b"
    )


def test_a_build_without_postgres_copies_nothing(settings, version):
    version(1)

    assert what_stops(settings) == []


def test_a_command_copies_and_a_rollback_goes_back_there_too(
    command, version, settings, ask, with_variable
):
    version(1)
    first = command("publish-to", "postgres", settings=settings)
    version(2)
    second = command("publish-to", "postgres", settings=settings)
    shown = ask(SHOWN)
    back = command("rollback", OLD, settings=settings)

    assert f"Postgres shows {OLD}: 2 rows copied to marts_2026" in first.stdout
    assert second.returncode == 0
    assert shown == [(NEW,)]
    assert f"Postgres shows {OLD}: 0 rows copied" in back.stdout
    assert back.returncode == 0
    assert ask(SHOWN) == [(OLD,)]


def test_a_command_says_what_stops_it(
    command, in_the_way, settings, ask, with_variable
):
    done = command("publish-to", "postgres", settings=settings)

    assert done.returncode == 1
    assert done.stderr.startswith("unitmill: marts in Postgres stays as it is: marts.")
    assert ask(SHOWN) == [(OLD,)]


def test_a_rollback_without_postgres_asks_for_none(settings, version):
    version(1)
    version(2)

    assert rollback(settings, OLD).name == OLD


def test_a_command_without_postgres_says_which_setting_names_it(
    command, version, settings
):
    version(1)

    done = command("publish-to", "postgres", settings=settings)

    assert done.returncode == 1
    assert "database_url_variable of [publishing.postgres]" in done.stderr


def test_an_address_is_no_name_of_a_variable():
    """A password in the settings is refused, and is not repeated."""
    with pytest.raises(ValueError, match="database_url_variable") as caught:
        Settings(
            publishing={
                "postgres": {"database_url_variable": "postgresql://a:hush@host/db"}
            }
        )

    assert "hush" not in str(caught.value)
