"""Versions in an object store: whole, named by one pointer, and never one for another.

S3 and Azure are the servers of ``object_store_servers``; Google's is ``google_xml``.
"""

import hashlib
import json
import os
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from google_xml import Google
from stored_versions import FILES, name_of, point, write

from pipelines.settings import PROJECT_DIR, Settings
from pipelines.targets import TargetError
from pipelines.targets.object_store import copy_version, copying, retiring, uploading
from pipelines.targets.object_store import pointer as pointers
from pipelines.targets.object_store.connecting import opened
from pipelines.targets.object_store.place import Place

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def google(monkeypatch, tmp_path):
    """Give the address of a bucket of Google's, whose server asks for no token."""
    server = Google()
    account = tmp_path / "account.json"
    account.write_text(
        json.dumps(
            {
                "gcs_base_url": server.url,
                "disable_oauth": True,
                "client_email": "",
                "private_key": "",
                "private_key_id": "",
            }
        )
    )
    monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(account))
    monkeypatch.setenv("GOOGLE_BASE_URL", server.url)
    yield "gs://acme"
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["s3", "google", "abfss"])
def url(request):
    """Give an empty place of each cloud; its prefix has signs that addresses quote."""
    found = request.getfixturevalue(request.param)
    root = found if isinstance(found, str) else found.url.removesuffix("/exports")
    return f"{root}/fin ops/100%25"


@pytest.fixture
def s3_url(s3):
    return s3.url.removesuffix("/exports")


@pytest.fixture
def home(tmp_path):
    """Give settings of a home that publishes there."""

    def make(url, name="home", keep_versions=12):
        return Settings(
            exports=tmp_path / "exports",
            home=tmp_path / name,
            publishing={"object_store": url, "keep_versions": keep_versions},
        )

    return make


def names(url):
    """Name the versions that have an object."""
    return sorted({path.split("/")[1] for path in opened(url).listed("versions")})


def shown(url):
    found, _ = pointers.read(opened(url))
    return found and found.version


def test_a_version_is_there_whole_before_the_pointer_names_it(url, home):
    settings = home(url)
    first = copy_version(settings, write(settings, 1))
    again = copy_version(settings, write(settings, 1))
    copy_version(settings, write(settings, 2))

    place = opened(url)
    pointer = json.loads(place.read("current.json").content)
    manifest = place.read(f"versions/{name_of(2)}/manifest.json").content
    assert sorted(first.sent) == sorted(FILES)
    assert again.sent == {}
    assert pointer == {
        "version": name_of(2),
        "published_at": "2026-11-02T06:00:00+00:00",
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "previous": name_of(1),
        "removing": [],
    }
    for path, content in FILES.items():
        assert place.read(f"versions/{name_of(2)}/{path}").content == content
        assert json.loads(manifest)["files"][path] == {
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }


def test_the_manifest_in_the_store_is_that_of_the_home_to_the_byte(home, s3_url):
    settings = home(s3_url)
    version = write(settings, 1)
    copy_version(settings, version)

    stored = opened(s3_url).read(f"versions/{version.name}/manifest.json").content

    assert stored == (version.folder / "manifest.json").read_bytes()


def test_a_version_of_before_gets_its_list_of_files_in_the_store(home, s3_url):
    settings = home(s3_url)
    version = write(settings, 1, with_files=False)
    copy_version(settings, version)
    again = copy_version(settings, version)

    stored = opened(s3_url).read(f"versions/{version.name}/manifest.json").content
    assert set(json.loads(stored)["files"]) == set(FILES)
    assert again.sent == {}


def test_a_file_that_was_changed_in_the_home_is_not_sent(home, s3_url):
    settings = home(s3_url)
    version = write(settings, 1)
    (version.folder / "marts/spend.parquet").write_bytes(b"q" * 20)

    with pytest.raises(TargetError, match=r"spend\.parquet is not what 20261101T06"):
        copy_version(settings, version)

    assert shown(s3_url) is None


def test_a_large_file_goes_in_parts_and_arrives_whole(url, home):
    settings = home(url)
    content = os.urandom(11_000_000)
    copy_version(settings, write(settings, 1, {"warehouse.duckdb": content}))

    assert (
        opened(url).read(f"versions/{name_of(1)}/warehouse.duckdb").content == content
    )


def test_browsers_are_told_what_a_file_is_and_that_the_pointer_changes(home, s3_url):
    settings = home(s3_url)
    copy_version(settings, write(settings, 1))

    client = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    bucket = s3_url.removeprefix("s3://")

    def heads(key):
        found = client.head_object(Bucket=bucket, Key=key)
        return found["ContentType"], found["CacheControl"]

    folder = f"versions/{name_of(1)}"
    forever = "max-age=31536000, immutable"
    assert heads("current.json") == ("application/json", "no-store")
    assert heads("index.html") == ("text/html; charset=utf-8", "no-cache")
    assert heads(f"{folder}/pages/index.html") == ("text/html; charset=utf-8", forever)
    assert heads(f"{folder}/pages/pages.js") == (
        "text/javascript; charset=utf-8",
        forever,
    )
    assert heads(f"{folder}/marts/spend.parquet")[0] == "application/vnd.apache.parquet"


def test_a_page_of_the_owner_at_the_entry_stays(home, s3_url):
    settings = home(s3_url)
    opened(s3_url).write("index.html", b"mine", {"Content-Type": "text/html"}, "")
    copy_version(settings, write(settings, 1))

    assert opened(s3_url).read("index.html").content == b"mine"


KILLED = """
import os, signal, sys
import obstore
from pipelines.publishing.versions import current
from pipelines.settings import Settings
from pipelines.targets.object_store import copy_version

left, put = int(sys.argv[1]), obstore.put
def counted(*words, **named):
    global left
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    return put(*words, **named)
obstore.put = counted
from pipelines.targets.object_store import uploading
uploading.AT_ONCE = 1
settings = Settings()
copy_version(settings, current(settings))
"""


@pytest.mark.parametrize("after", [0, 2, 4, 5, 6])
def test_a_copy_that_is_killed_leaves_a_pointer_to_a_whole_version(home, s3_url, after):
    """Four files, the manifest, the pointer, the page that opens pages."""
    settings = home(s3_url)
    copy_version(settings, write(settings, 1))
    write(settings, 2)
    environment = os.environ | {
        "UNITMILL_HOME": str(settings.home_dir),
        "UNITMILL_EXPORTS": str(settings.exports_dir),
        "UNITMILL_PUBLISHING__OBJECT_STORE": s3_url,
    }
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(after)],
        env=environment,
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -9, done.stderr
    assert shown(s3_url) == name_of(1 if after < 6 else 2)

    finished = copy_version(settings, point(settings, name_of(2)))

    assert len(finished.sent) == max(0, 4 - after)
    assert shown(s3_url) == name_of(2)


def test_what_is_cut_off_or_gone_or_other_is_sent_again(home, s3_url):
    settings = home(s3_url)
    version = write(settings, 1)
    place = opened(s3_url)
    folder = f"versions/{version.name}"
    # Left by an upload of before: cut off, and of the same size with other bytes.
    place.write(f"{folder}/warehouse.duckdb", b"d" * 10, {}, "")
    place.write(f"{folder}/marts/spend.parquet", b"x" * 20, {}, "0")
    copy_version(settings, version)
    assert place.read(f"{folder}/marts/spend.parquet").content == b"p" * 20

    place.delete([f"{folder}/pages/pages.js"])
    place.write(f"{folder}/warehouse.duckdb", b"d" * 10, {}, "")
    mended = copy_version(settings, version)

    assert sorted(mended.sent) == ["pages/pages.js", "warehouse.duckdb"]
    assert place.read(f"{folder}/warehouse.duckdb").content == b"d" * 300


def test_an_older_version_of_another_home_is_neither_shown_nor_sent(home, s3_url):
    mine, theirs = home(s3_url), home(s3_url, "other")
    copy_version(theirs, write(theirs, 2))
    version = write(mine, 1)

    with pytest.raises(TargetError, match=f"it shows {name_of(2)}, published at"):
        copy_version(mine, version)

    assert names(s3_url) == [name_of(2)]
    assert shown(s3_url) == name_of(2)
    copy_version(mine, version, by_owner=True)
    assert shown(s3_url) == name_of(1)


def test_a_rollback_of_the_home_reaches_the_store_with_the_next_copy(home, s3_url):
    settings = home(s3_url)
    for day in (1, 2):
        copy_version(settings, write(settings, day))

    copy_version(settings, point(settings, name_of(1)))

    assert shown(s3_url) == name_of(1)


def test_of_two_writers_at_once_the_newer_one_is_shown(home, url):
    older, newer = home(url, "older"), home(url, "newer")
    calls = [(older, write(older, 1)), (newer, write(newer, 2))]
    for _ in range(3):
        threads = [threading.Thread(target=_try, args=call) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert shown(url) == name_of(2)


def _try(settings, version):
    try:
        copy_version(settings, version)
    except TargetError as error:
        assert "stays as it is" in str(error)  # noqa: PT017


def test_who_loses_the_race_reads_again_and_names_the_one_before(
    home, s3_url, monkeypatch
):
    """Another publisher shows version 2 while this one has read and not written."""
    mine, theirs = home(s3_url), home(s3_url, "other")
    copy_version(mine, write(mine, 1))
    written, write_if = [], Place.write_if

    def late(place, path, *words):
        if path == "current.json" and not written:
            written.append(path)
            copy_version(theirs, write(theirs, 2))
        return write_if(place, path, *words)

    monkeypatch.setattr(Place, "write_if", late)
    copy_version(mine, write(mine, 3))

    found, _ = pointers.read(opened(s3_url))
    assert (found.version, found.previous) == (name_of(3), name_of(2))


PLAIN = {
    "version": "20261101T060000Z-1",
    "published_at": "2026-11-01T00:00:00+00:00",
    "manifest_sha256": "",
}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"version": 1}',
        json.dumps(PLAIN | {"version": "../x"}).encode(),
        json.dumps(PLAIN | {"published_at": "yesterday"}).encode(),
        json.dumps(PLAIN | {"published_at": "2026-11-01T00:00:00"}).encode(),
        json.dumps(PLAIN | {"removing": [7]}).encode(),
    ],
)
def test_a_pointer_that_is_none_is_refused_and_stays(home, s3_url, content):
    settings = home(s3_url)
    opened(s3_url).write("current.json", content, {}, "")

    with pytest.raises(TargetError, match=r"current\.json is no pointer to a version"):
        copy_version(settings, write(settings, 1), by_owner=True)

    assert opened(s3_url).read("current.json").content == content
    assert names(s3_url) == []


def test_another_version_of_the_same_name_is_not_mixed_with_this_one(home, s3_url):
    mine, theirs = home(s3_url), home(s3_url, "other")
    copy_version(theirs, write(theirs, 1, FILES | {"marts/more.parquet": b"m"}))

    with pytest.raises(TargetError, match="has another version of this name"):
        copy_version(mine, write(mine, 1))


def test_old_versions_go_and_what_is_shown_or_not_ours_stays(home, s3_url):
    settings = home(s3_url, keep_versions=2)
    place = opened(s3_url)
    place.write("versions/readme.txt", b"mine", {}, "")
    place.write("versions/mine/x", b"mine", {}, "")
    for day in (1, 2, 3):
        copy_version(settings, write(settings, day))
    kept = names(s3_url)
    # The oldest is shown again: it stays beside the newest two.
    copy_version(settings, point(settings, name_of(2)))
    last = copy_version(home(s3_url, "other", 2), write(home(s3_url, "other", 2), 4))

    assert kept == [name_of(2), name_of(3), "mine", "readme.txt"]
    assert last.retired == (name_of(2),)
    assert names(s3_url) == [name_of(3), name_of(4), "mine", "readme.txt"]


def test_the_objects_that_a_console_makes_for_folders_stop_nothing(home, s3_url):
    settings = home(s3_url, keep_versions=2)
    client = boto3.client("s3", region_name="us-east-1")
    bucket, _, prefix = s3_url.removeprefix("s3://").partition("/")
    for folder in ("", f"{name_of(1)}/"):
        key = f"{prefix}/versions/{folder}".removeprefix("/")
        client.put_object(Bucket=bucket, Key=key, Body=b"")
    for day in (1, 2):
        copy_version(settings, write(settings, day))

    last = copy_version(settings, write(settings, 3))

    assert last.retired == (name_of(1),)
    assert shown(s3_url) == name_of(3)


def test_what_a_killed_upload_left_goes_after_a_day(home, s3_url, monkeypatch):
    settings = home(s3_url)
    place = opened(s3_url)
    place.write(f"versions/{name_of(9)}/warehouse.duckdb", b"half", {}, "")
    early = copy_version(settings, write(settings, 1))
    monkeypatch.setattr(retiring, "UNFINISHED", timedelta(seconds=-1))
    late = copy_version(settings, write(settings, 2))

    assert early.retired == ()
    assert late.retired == (name_of(9),)
    assert names(s3_url) == [name_of(1), name_of(2)]


def test_a_deletion_that_was_killed_is_ended_by_the_next_copy(
    home, s3_url, monkeypatch
):
    settings = home(s3_url, keep_versions=2)
    for day in (1, 2):
        copy_version(settings, write(settings, day))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Place, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            copy_version(settings, write(settings, 3))
    opened(s3_url).delete([f"versions/{name_of(1)}/manifest.json"])

    with pytest.raises(TargetError, match="is being deleted there as an old version"):
        copy_version(settings, point(settings, name_of(1)), by_owner=True)
    copy_version(settings, point(settings, name_of(3)))
    copy_version(settings, point(settings, name_of(1)), by_owner=True)

    assert shown(s3_url) == name_of(1)
    assert json.loads(opened(s3_url).read("current.json").content)["removing"] == []


def test_nobody_shows_a_version_while_it_is_deleted(home, s3_url, monkeypatch):
    """The owner of another home rolls back to it between the pointer and the delete."""
    mine, theirs = home(s3_url, keep_versions=2), home(s3_url, "other")
    old = write(theirs, 1)
    copy_version(theirs, old)
    copy_version(mine, write(mine, 2))
    said, delete = [], Place.delete

    def meanwhile(place, paths):
        if not said:
            with pytest.raises(TargetError) as caught:
                copy_version(theirs, old, by_owner=True)
            said.append(str(caught.value))
        delete(place, paths)

    monkeypatch.setattr(Place, "delete", meanwhile)
    copy_version(mine, write(mine, 3))

    assert "is being deleted there" in said[0]
    assert shown(s3_url) == name_of(3)


def test_a_store_that_forbids_deletes_still_shows_the_version(
    home, s3_url, monkeypatch
):
    settings = home(s3_url, keep_versions=2)

    def forbidden(*_):
        raise TargetError("s3://x: cannot be deleted from: it is forbidden")

    monkeypatch.setattr(Place, "delete", forbidden)
    done = [copy_version(settings, write(settings, day)) for day in (1, 2, 3)]

    assert shown(s3_url) == name_of(3)
    assert done[2].notes == (
        f"{name_of(3)} is shown, but s3://x: cannot be deleted from: it is forbidden",
    )


def test_an_upload_that_somebody_deletes_meanwhile_is_not_shown(
    home, s3_url, monkeypatch
):
    settings = home(s3_url)
    write_one = Place.write

    def lost(place, path, *words):
        if not path.endswith("spend.parquet"):
            write_one(place, path, *words)

    monkeypatch.setattr(Place, "write", lost)

    with pytest.raises(TargetError, match=r"spend\.parquet is not there with its 20"):
        copy_version(settings, write(settings, 1))
    assert shown(s3_url) is None


def test_a_pointer_that_others_change_without_end_is_given_up(
    home, s3_url, monkeypatch
):
    settings = home(s3_url)
    monkeypatch.setattr(pointers, "TRIES", 3)
    monkeypatch.setattr(pointers.time, "sleep", lambda _: None)
    monkeypatch.setattr(Place, "write_if", lambda *_: False)

    with pytest.raises(TargetError, match="was changed by others 3 times meanwhile"):
        copy_version(settings, write(settings, 1))


def test_a_version_with_a_wrong_clock_is_named_with_its_time(home, s3_url):
    mine, theirs = home(s3_url), home(s3_url, "other")
    ahead = write(theirs, 1)
    ahead = replace(
        ahead, manifest=ahead.manifest | {"published_at": "2999-01-01T00:00:00+00:00"}
    )
    copy_version(theirs, ahead)

    with pytest.raises(TargetError, match="2999-01-01") as caught:
        copy_version(mine, write(mine, 2))

    assert "correct the clock" in str(caught.value)


def test_the_page_at_the_entry_opens_the_pages_of_the_pointer():
    assert "versions/" in uploading.OPENS_PAGES
    assert "current.json" in uploading.OPENS_PAGES
    assert "/pages/index.html" in uploading.OPENS_PAGES
    assert copying.write_entry is uploading.write_entry


@pytest.mark.parametrize("is_done", [True, False])
def test_a_pointer_whose_answer_is_lost_is_looked_at_again(
    home, s3_url, monkeypatch, is_done
):
    settings = home(s3_url)
    copy_version(settings, write(settings, 1))
    write_if = Place.write_if

    def lost(place, path, *words):
        if path == "current.json":
            if is_done:
                write_if(place, path, *words)
            raise TargetError("s3://x: cannot be written: it cannot be reached")
        return write_if(place, path, *words)

    monkeypatch.setattr(Place, "write_if", lost)
    version = write(settings, 2)
    if is_done:
        copy_version(settings, version)
    else:
        with pytest.raises(TargetError, match="it cannot be reached"):
            copy_version(settings, version)

    assert shown(s3_url) == name_of(2 if is_done else 1)


def test_a_pointer_that_somebody_deletes_meanwhile_is_written_anew(
    home, s3_url, monkeypatch
):
    settings = home(s3_url)
    copy_version(settings, write(settings, 1))
    write_if, deleted = Place.write_if, []

    def gone(place, path, *words):
        if path == "current.json" and not deleted:
            deleted.append(path)
            place.delete([path])
        return write_if(place, path, *words)

    monkeypatch.setattr(Place, "write_if", gone)
    copy_version(settings, write(settings, 2))

    assert shown(s3_url) == name_of(2)
