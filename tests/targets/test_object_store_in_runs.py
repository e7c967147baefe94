"""An object store follows the published version: by Dagster, builds and commands."""

import dagster as dg
import pytest
from stored_versions import name_of, point, write

from pipelines.defs import run
from pipelines.defs.home import home_resource
from pipelines.defs.publish import VERSION
from pipelines.defs.targets import OBJECT_STORE, target_assets
from pipelines.publishing.versions import current
from pipelines.settings import PublishingSettings
from pipelines.targets.object_store import connecting
from pipelines.targets.object_store import pointer as pointers
from pipelines.targets.object_store.connecting import opened
from pipelines.targets.registry import behind, copy_to_all

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def chosen(settings, s3, monkeypatch):
    """Give settings that name a store, to this process and to those that it starts."""
    monkeypatch.setattr(connecting, "RETRIES", 0)
    monkeypatch.setenv("UNITMILL_PUBLISHING__OBJECT_STORE", s3.url)
    publishing = PublishingSettings(object_store=s3.url)
    return settings.model_copy(update={"publishing": publishing})


def shown(settings):
    found, _ = pointers.read(opened(settings.publishing.object_store))
    return found and found.version


def what_stops(settings):
    """Copy what is published as a build with nothing new does; give what stopped it."""
    return copy_to_all(settings, current(settings))[1]


def materialize(settings):
    return dg.materialize(
        target_assets(settings),
        resources={"home": home_resource(settings, {OBJECT_STORE})},
        raise_on_error=False,
    )


def test_there_is_an_asset_behind_the_version_where_a_store_is_named(settings, chosen):
    [asset] = target_assets(chosen)

    assert target_assets(settings) == []
    assert asset.key == OBJECT_STORE
    assert asset.asset_deps[OBJECT_STORE] == {VERSION}


def test_a_run_copies_the_version_and_says_what_it_did(chosen):
    write(chosen, 1)

    result = materialize(chosen)

    [made] = result.asset_materializations_for_node("publish__object_store")
    assert result.success
    assert made.metadata["files_sent"].value == 4
    assert made.metadata["bytes_sent"].value == 334
    assert made.metadata["address"].value.endswith(f"/exports/versions/{name_of(1)}")
    assert shown(chosen) == name_of(1)


def test_a_run_whose_store_is_away_fails_with_the_sentence(chosen, s3):
    write(chosen, 1)
    s3.unplug()

    result = materialize(chosen)

    [said] = run._reasons(result)
    assert "cannot be read (current.json): it cannot be reached" in said
    assert said in behind(chosen)[0]


def test_a_build_with_nothing_new_brings_the_store_up_to_date(chosen, monkeypatch):
    """A night in which the store was away is made up for by the next build."""
    write(chosen, 1)
    with monkeypatch.context() as away:
        away.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        [said] = what_stops(chosen)
        [seen] = behind(chosen)

    assert what_stops(chosen) == []
    assert "it cannot be reached" in said
    assert seen.startswith("object-store, tried 20")
    assert behind(chosen) == []
    assert shown(chosen) == name_of(1)


def test_one_target_that_fails_holds_no_other_up(chosen):
    """No Postgres answers at the address; the store is copied to all the same."""
    write(chosen, 1)
    postgres = chosen.publishing.postgres.model_copy(
        update={"database_url_variable": "NO_SUCH_ADDRESS"}
    )
    publishing = chosen.publishing.model_copy(update={"postgres": postgres})
    both = chosen.model_copy(update={"publishing": publishing})

    [said] = what_stops(both)

    assert "NO_SUCH_ADDRESS is empty" in said
    assert shown(both) == name_of(1)
    assert behind(both)[0].startswith("postgres, tried ")


def test_a_command_copies_and_a_rollback_goes_back_there_too(command, chosen):
    write(chosen, 1)
    first = command("publish-to", "object-store", settings=chosen)
    write(chosen, 2)
    second = command("publish-to", "object-store", settings=chosen)
    newest = shown(chosen)
    back = command("rollback", name_of(1), settings=chosen)

    assert f"exports shows {name_of(1)}: 4 files (0.0 MB) sent in" in first.stdout
    assert second.returncode == 0, second.stderr
    assert newest == name_of(2)
    assert f"exports shows {name_of(1)}: 0 files" in back.stdout
    assert back.returncode == 0
    assert shown(chosen) == name_of(1)


def test_a_rollback_that_the_store_does_not_follow_says_so(command, chosen, s3):
    write(chosen, 1)
    write(chosen, 2)
    s3.unplug()

    back = command("rollback", name_of(1), settings=chosen)

    assert back.returncode == 1
    assert "rolled back here, but not everywhere" in back.stderr
    assert s3.secret not in back.stderr + back.stdout


def test_a_version_that_was_not_copied_yet_is_behind(chosen):
    assert behind(chosen) == []
    write(chosen, 1)

    [said] = behind(chosen)

    assert said == (
        f"object-store: {name_of(1)} was not copied yet; run: "
        "unitmill publish-to object-store"
    )
    materialize(chosen)
    write(chosen, 2)
    assert f"{name_of(2)} was not copied yet" in behind(chosen)[0]
    point(chosen, name_of(1))
    assert behind(chosen) == []
