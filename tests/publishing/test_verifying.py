"""A version is proven by itself, and whatever was changed in it is named."""

import json
from dataclasses import replace

import duckdb
import pytest
from older_ledger import as_before

from pipelines.files import sha256_of
from pipelines.ledger.files import parts
from pipelines.publishing.audit import seal
from pipelines.publishing.publish import publish, rollback
from pipelines.publishing.verifying import verify
from pipelines.publishing.versions import (
    PublishError,
    current,
    damaged_versions,
    versions,
)
from pipelines.transform.database import opened


@pytest.fixture
def version(seven):
    return seven


def faults(version):
    return [finding.detail for finding in verify(version) if not finding.holds]


def unlock(path):
    path.chmod(0o644)
    path.parent.chmod(0o755)
    return path


def test_a_version_that_nobody_touched_holds(version):
    findings = list(verify(version))

    assert [finding.holds for finding in findings] == [True] * 5
    assert findings[-1].subject.startswith("billed cost of ledger = marts: 7.00 ")


def test_what_was_published_can_only_be_read(version):
    files = [path for path in version.folder.rglob("*") if path.is_file()]

    assert {path.stat().st_mode & 0o222 for path in files} == {0}
    assert {path.parent.stat().st_mode & 0o222 for path in files} == {0}


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        ("quality.html", "quality.html has other bytes"),
        ("ledger/focus/acme/2026-08/*.parquet", ".parquet has other bytes"),
        ("marts/fct_charges_daily.parquet", "fct_charges_daily.parquet has other"),
        ("pages/index.html", "pages/index.html has other bytes"),
    ],
)
def test_another_byte_is_named(version, place, fault):
    [found] = version.folder.glob(place)
    path = unlock(found)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert fault in faults(version)[0]


def test_a_file_that_is_gone_cut_off_or_added_is_named(version):
    unlock(version.folder / "quality.html").unlink()
    page = unlock(version.folder / "pages" / "index.html")
    page.write_bytes(page.read_bytes()[:-1])
    (version.folder / "pages" / "added.js").write_text("")

    [said] = faults(version)

    assert set(said.split(", ")) == {
        "quality.html is missing or cut off",
        "pages/index.html is missing or cut off",
        "pages/added.js was added",
    }


def test_a_mart_that_was_changed_in_the_database_is_named_by_its_sum(version):
    unlock(version.database)
    with duckdb.connect(str(version.database)) as db:
        db.execute("update fct_charges_daily set billed_cost = 6")
        db.execute("delete from dim_billing_periods")

    said = faults(version)

    assert "warehouse.duckdb" in said[0]
    assert "dim_billing_periods has 0 rows of 1" in said
    assert "None: ledger 7.000000000000, marts 6.000000000000" in said


def test_a_database_that_is_no_database_is_named(version):
    unlock(version.database).write_bytes(b"no database")

    assert any(said.startswith("cannot be read: ") for said in faults(version))


def test_an_edited_manifest_is_damaged(settings, audited, version):
    audited(cost=8)
    newer = publish(settings)
    manifest = unlock(version.folder / "manifest.json")
    manifest.write_text(manifest.read_text().replace('"version"', '"Version"', 1))

    assert damaged_versions(settings) == {
        version.name: f"{manifest} was changed after it was written"
    }
    assert versions(settings) == [newer]
    assert current(settings) == newer
    with pytest.raises(PublishError, match=f"^{version.name} is damaged: "):
        rollback(settings, version.name)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1, "digest": "x"}'])
def test_a_damaged_version_does_not_stop_the_next(settings, audited, version, content):
    unlock(version.folder / "manifest.json").write_text(content)
    with pytest.raises(PublishError, match=r"is damaged: .*manifest\.json"):
        current(settings)

    audited(cost=8)

    assert publish(settings) == current(settings)
    assert [*damaged_versions(settings)] == [version.name]


@pytest.mark.parametrize("name", ["warehouse.duckdb", "manifest.json"])
def test_a_version_that_lost_a_file_is_not_what_readers_are_shown(
    settings, version, name
):
    unlock(version.folder / name).unlink()

    with pytest.raises(PublishError, match=rf"is damaged: .*{name} is missing"):
        current(settings)


def test_a_build_whose_version_lost_its_database_is_published_again(settings, version):
    unlock(version.database).unlink()

    again = publish(settings)

    assert again.name != version.name
    assert current(settings) == again
    assert faults(again) == []


def test_a_ledger_written_in_place_does_not_reach_a_version(settings, audited):
    audited(cost=7)
    version = publish(settings)
    [path] = parts(settings.ledger_dir / "focus" / "acme" / "2026-08")
    path.write_bytes(b"")

    assert faults(version) == []


def test_a_version_of_one_file_a_month_is_verified_and_begun_with(settings, audited):
    audited(cost=7)
    as_before(settings.ledger_dir / "focus" / "acme" / "2026-08")
    with opened(settings):  # a build of that ledger
        pass
    seal(settings, sha256_of(settings.build_database), {})

    version = publish(settings)

    assert (version.folder / "ledger/focus/acme/2026-08.parquet").is_file()
    assert faults(version) == []
    audited(cost=8)
    later = publish(settings)
    assert faults(later) == []
    assert not (later.folder / "ledger/focus/acme/2026-08.parquet").exists()


def test_the_order_of_versions_is_that_of_publishing_when_a_clock_is_set_back(
    settings, audited, version, clock_at
):
    clock_at("2026-11-01T00:00:00+00:00")
    audited(cost=8)
    second = publish(settings)
    clock_at("2020-01-01T00:00:00+00:00")
    audited(cost=9)
    third = publish(settings)

    assert versions(settings) == [version, second, third]
    stamps = [
        json.loads((v.folder / "manifest.json").read_text())["published_at"]
        for v in (second, third)
    ]
    assert stamps == ["2026-11-01T00:00:00+00:00", "2020-01-01T00:00:00+00:00"]


def test_a_version_without_its_ledger_is_named_with_what_else_was_found(version):
    version.folder.chmod(0o755)
    ledger = version.folder / "ledger"
    ledger.chmod(0o755)
    ledger.rename(version.folder.parent.parent / "moved")

    found = faults(version)

    assert len(found) == 2
    assert "is missing or cut off" in found[0]
    assert found[1].startswith("cannot be read: ")


def test_a_link_in_place_of_a_file_is_no_file_of_the_version(version, tmp_path):
    path = unlock(version.folder / "quality.html")
    moved = path.rename(tmp_path / "quality.html")
    path.symlink_to(moved)

    assert faults(version) == ["quality.html is missing or cut off"]


@pytest.mark.parametrize("files", [{"quality.html": 3}, {"quality.html": {}}])
def test_a_manifest_that_says_nothing_of_a_file_proves_nothing(version, files):
    bare = replace(version, manifest={"files": files})

    found = faults(bare)

    assert found[0].startswith("quality.html is missing or cut off")
    assert "it counts no rows of marts" in found
