"""A home is its owner's, unless the owner opens its versions."""

import os
import stat

import pytest

from pipelines.settings.homes import keep_private, open_to_others


@pytest.fixture(autouse=True)
def umask(tmp_path, monkeypatch):
    before = os.umask(0o022)
    # Everybody may pass what lies above, as on a shared machine.
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith("pytest"):
            folder.chmod(0o755)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def written(settings, name):
    path = settings.home_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return path


def readable_by(settings, who):
    publishing = settings.publishing.model_copy(update={"readable_by": who})
    return settings.model_copy(update={"publishing": publishing})


def test_a_new_home_and_what_is_written_in_it_are_its_owners(settings):
    keep_private(settings)
    path = written(settings, "landing/deliveries.parquet")

    assert mode(settings.home_dir) == mode(path.parent) == 0o700
    assert mode(path) == 0o600
    assert open_to_others(settings) == ""


@pytest.mark.parametrize(
    ("who", "home", "versions", "file"),
    [("group", 0o710, 0o750, 0o640), ("all", 0o711, 0o755, 0o644)],
)
def test_who_may_read_versions_sees_nothing_else(settings, who, home, versions, file):
    opened = readable_by(settings, who)
    keep_private(settings)
    keep_private(opened)
    path = written(opened, "versions/v/warehouse.duckdb")

    assert mode(opened.home_dir) == home
    assert mode(opened.versions_dir) == mode(path.parent) == versions
    assert mode(path) == file
    for name in ("ledger", "landing", "privacy", "dagster", "build"):
        assert mode(opened.home_dir / name) == 0o700
    assert mode(opened.home_dir / "build.log") == 0o600
    assert open_to_others(opened) == ""


def test_a_home_that_is_open_is_said_and_left_as_it_is(settings):
    settings.home_dir.mkdir(mode=0o755)
    keep_private(settings)

    assert mode(settings.home_dir) == 0o755
    if "every user" in (said := open_to_others(settings)):
        assert f"chmod go-rwx {settings.home_dir}" in said
    settings.home_dir.chmod(0o750)
    assert "every user" not in open_to_others(settings)
    settings.home_dir.chmod(0o700)
    assert open_to_others(settings) == ""


def test_a_home_below_a_closed_folder_is_not_open(settings):
    settings.home_dir.mkdir(mode=0o755)
    settings.home_dir.parent.chmod(0o700)

    assert open_to_others(settings) == ""
