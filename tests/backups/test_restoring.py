"""A backup is restored whole into new folders, or nothing is restored."""

import errno
import io
import json
import os
import random
import tarfile

import pytest

from pipelines.backups.contents import BackupError
from pipelines.backups.restoring import restore

NAME = "20260901T000000Z-1a2b"


def rewritten(archive, change):
    """Write an archive again with other members; give its name."""
    with tarfile.open(archive) as old:
        members = [(m, old.extractfile(m).read() if m.isreg() else b"") for m in old]
    new = archive.with_name("changed.tar")
    with tarfile.open(new, "w", format=tarfile.PAX_FORMAT) as out:
        for member, data in change(members):
            member.size = len(data) if member.isreg() else 0
            out.addfile(member, io.BytesIO(data))
    return new


def member(name, kind=tarfile.REGTYPE, linkname=""):
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, linkname
    return made


def with_member(extra, data=b"evil"):
    return lambda members: [(extra, data if extra.isreg() else b""), *members]


def refused(archive, tmp_path, message):
    home = tmp_path / "deep" / "home"
    with pytest.raises(BackupError, match=message):
        restore(archive, home, None)
    assert not home.exists()
    assert [*home.parent.glob("*"), *home.parent.glob(".*")] == []


def test_the_home_is_the_same_and_only_its_owner_may_open_it(
    archive, settings, tmp_path, tree
):
    done = restore(archive, tmp_path / "new" / "home", None)

    kept = tree(done.home)
    there = tree(settings.home_dir)
    assert kept == {name: there[name] for name in kept}
    assert kept["versions/current"] == NAME
    assert done.manifest.current == NAME
    for path in done.home.rglob("*"):
        if path.is_symlink():
            continue
        allowed = {0o700, 0o500} if path.is_dir() else {0o600, 0o400}
        assert path.stat().st_mode & 0o777 in allowed, path
    assert (done.home / f"versions/{NAME}/warehouse.duckdb").stat().st_mode & 0o200 == 0
    assert done.home.stat().st_mode & 0o777 == 0o700
    assert (done.home / "landing/hashes.json").stat().st_mtime == 1_700_000_000


def test_a_partition_and_its_copy_in_a_version_are_two_files(archive, tmp_path):
    home = restore(archive, tmp_path / "home", None).home

    one = home / "ledger/focus/aws/2026-08.parquet"
    copy = home / f"versions/{NAME}/ledger/focus/aws/2026-08.parquet"
    assert one.read_bytes() == copy.read_bytes()
    assert not one.samefile(copy)
    assert (one.stat().st_mode & 0o777, copy.stat().st_mode & 0o777) == (0o600, 0o400)


def test_a_workspace_gets_its_home_where_it_was(archive, settings, tmp_path, tree):
    place = tmp_path / "again"
    place.mkdir()  # an empty folder may be there

    done = restore(archive, None, place)

    assert done.home == place / ".unitmill"
    assert (done.home / "versions/current").readlink().name == NAME
    there = tree(settings.workspace)
    kept = tree(place)
    assert kept == {name: there[name] for name in kept}
    assert {"unitmill.toml", "plans/acme/cost_S001.yaml", "models/rpt_x.sql"} <= {*kept}


def test_home_and_workspace_may_lie_apart(archive, tmp_path):
    done = restore(archive, tmp_path / "there" / "home", tmp_path / "here")

    assert (tmp_path / "here/unitmill.toml").is_file()
    assert not (tmp_path / "here/.unitmill").exists()
    assert (done.home / "privacy.key").read_text() == "secret"


@pytest.mark.parametrize("which", ["home", "workspace"])
def test_a_folder_with_something_in_it_is_left_alone(archive, tmp_path, which, tree):
    mine = tmp_path / which
    mine.mkdir()
    (mine / "file").write_text("mine")
    places = {"home": tmp_path / "home", "workspace": tmp_path / "workspace"}

    with pytest.raises(BackupError, match="is not empty; expected"):
        restore(archive, **places)

    assert tree(mine) == {"file": b"mine"}
    assert [p.name for p in places.values() if p.exists()] == [which]


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.6, 0.9, 1.0])
def test_an_archive_that_is_cut_off_is_refused(archive, tmp_path, part):
    whole = archive.read_bytes()
    # Behind the manifest a tar file has zeros only.
    archive.write_bytes(whole[: int(whole.rindex(b"}") * part)])

    refused(archive, tmp_path, "cut off|no backup")


def test_no_byte_that_was_changed_gets_into_a_home(archive, tmp_path, tree):
    whole = archive.read_bytes()
    good = tree(restore(archive, tmp_path / "good", None).home)
    chosen = random.Random(36)
    refusals = 0
    for number in range(150):
        broken = bytearray(whole)
        broken[chosen.randrange(len(whole))] ^= 1 << chosen.randrange(8)
        archive.write_bytes(broken)
        home = tmp_path / f"home{number}"
        try:
            restore(archive, home, None)
        except BackupError:
            refusals += 1
            assert not home.exists()
        else:  # the byte was padding, or a time
            assert tree(home) == good
    assert refusals > 50


ODD = {
    "a name above": (member("home/../../evil"), "leads out"),
    "a name from the root": (member("/etc/evil"), "leads out"),
    "a name that is not normal": (member("home//evil"), "leads out"),
    "a name of neither": (member("elsewhere/evil"), "expected a file in home/"),
    "a name with a line": (member("home/a\nb"), "a character that no file"),
    "a link": (member("home/x", tarfile.SYMTYPE, "/etc"), "found a link or a device"),
    "a device": (member("home/x", tarfile.CHRTYPE), "found a link or a device"),
    "a folder": (member("home/x", tarfile.DIRTYPE), "found a link or a device"),
    "a second name of a file outside": (
        member("home/x", tarfile.LNKTYPE, "/etc/passwd"),
        "leads out|second name|outside|absolute",
    ),
    "a second name of nothing": (
        member("home/x", tarfile.LNKTYPE, "home/nothing"),
        "a second name of no file before it",
    ),
    "a file of its own": (member("home/landing/evil"), "does not name it"),
    "a file twice": (member("home/landing/hashes.json"), "it is there twice"),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_archive_with_something_else_in_it_is_refused(archive, tmp_path, odd):
    extra, message = ODD[odd]

    changed = rewritten(archive, with_member(extra))

    refused(changed, tmp_path, message)
    assert not (tmp_path / "evil").exists()


def test_a_file_that_was_taken_out_is_named(archive, tmp_path):
    changed = rewritten(
        archive, lambda all_: [m for m in all_ if m[0].name != "home/privacy.key"]
    )

    refused(
        changed, tmp_path, "'home/privacy.key': it is missing; the backup is damaged"
    )


def test_a_file_behind_the_manifest_is_refused(archive, tmp_path):
    changed = rewritten(archive, lambda all_: [*all_, (member("home/late"), b"evil")])

    refused(changed, tmp_path, "it follows the manifest")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "current",
            "20260101T000000Z-nothing",
            "has no version '20260101T000000Z-nothing",
        ),
        ("current", "../landing", "current: String should match"),
        ("format", "unitmill-backup-2", "of another release"),
        (
            "files",
            {"home/x": {"size": -1, "sha256": "x", "mode": 0}},
            "files.home/x.size",
        ),
    ],
)
def test_a_manifest_that_cannot_be_believed_is_refused(
    archive, tmp_path, field, value, message
):
    def change(members):
        *files, (about, text) = members
        return [*files, (about, json.dumps(json.loads(text) | {field: value}).encode())]

    refused(rewritten(archive, change), tmp_path, message)


def test_a_home_of_a_workspace_stays_in_it(archive, tmp_path):
    def change(members):
        *files, (about, text) = members
        moved = json.loads(text) | {"home_in_workspace": "../elsewhere"}
        return [*files, (about, json.dumps(moved).encode())]

    with pytest.raises(BackupError, match="say with --home where"):
        restore(rewritten(archive, change), None, tmp_path / "again")

    assert not (tmp_path / "again").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_a_full_disk_leaves_nothing(archive, tmp_path, monkeypatch):
    real, left = os.fsync, iter(range(5))

    def full(handle):
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        restore(archive, tmp_path / "deep" / "home", None)

    assert [*(tmp_path / "deep").iterdir()] == []


def test_a_name_deeper_than_any_folder_is_refused(archive, tmp_path):
    deep = member("home/" + "a/" * 1500 + "x")

    refused(rewritten(archive, with_member(deep)), tmp_path, "it lies deeper than any")


def test_a_few_bytes_that_stand_for_many_are_refused(archive, tmp_path):
    sparse = member("home/sparse")
    sparse.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.name": "home/sparse",
        "GNU.sparse.size": "3000000000",
        "GNU.sparse.map": "3000000000,0",
    }

    refused(
        rewritten(archive, with_member(sparse, b"")), tmp_path, "with all of its bytes"
    )
