"""Exports in object stores: what is read, how often, and what is refused by name."""

import hashlib
import json
import os
from datetime import UTC, datetime

import boto3
import duckdb
import pytest
from pydantic import ValidationError

from pipelines.landing.deliveries import load, record, scan
from pipelines.landing.mirror import _download, changed_objects
from pipelines.landing.source import TransientError
from pipelines.landing.stores import Object, open_store
from pipelines.ledger.files import partition_path, parts
from pipelines.ledger.partitions import write_partition
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.cost import aws

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

AWS_SAMPLE = PROJECT_DIR / "sample_exports" / "aws"
PLACE = "abfss://acme@acme.dfs.core.windows.net"


@pytest.fixture
def acme(invent):
    return invent(claims=lambda file: "acme" in file.name)


@pytest.fixture
def land(acme):
    """Scan and record; give the record's status, by file name."""

    def rows(settings):
        landing = scan(settings, [acme])
        table = record(settings.deliveries_file, landing, [acme])
        return {", ".join(r["file_names"]): r["status"] for r in table.to_pylist()}

    return rows


def mirrored(settings):
    """Give the files of the mirror: a file that was fetched again is another one."""
    root = settings.stores_dir
    return {
        path.relative_to(root).as_posix(): path.stat().st_ino
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def put_raw(cloud, key, content=b"a\n1\n"):
    """Put an object of any key; pyarrow refuses the odd ones."""
    bucket, _, prefix = cloud.url.removeprefix("s3://").partition("/")
    s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    s3.put_object(Bucket=bucket, Key=f"{prefix}/{key}", Body=content)


def test_what_lies_in_a_store_is_delivered_by_its_address(cloud, stored, acme):
    cloud.put("2026/acme-1.csv", "a\n1\n")
    settings = stored(cloud)

    landing = scan(settings, [acme])

    [delivery] = landing.deliveries
    assert landing.refusals == ()
    assert delivery.names == (f"{cloud.url}/2026/acme-1.csv",)
    assert delivery.files[0].read_text() == "a\n1\n"
    assert delivery.files[0].is_relative_to(settings.stores_dir)
    assert abs((datetime.now(UTC) - delivery.delivered_at).total_seconds()) < 60


def test_the_record_of_a_store_reads_back_as_it_was(cloud, stored, acme, land):
    cloud.put("acme-1.csv", "a\n1\n")
    settings = stored(cloud)
    land(settings)

    landing = scan(settings, [acme])

    assert load(settings).deliveries == landing.deliveries


def test_only_what_is_new_or_changed_is_fetched(cloud, stored, land):
    settings = stored(cloud)
    cloud.put("a/acme-1.csv", "a\n1\n")
    cloud.put("a/acme-2.csv", "a\n2\n")
    land(settings)
    first = mirrored(settings)

    land(settings)
    again = mirrored(settings)
    cloud.put("acme-3.csv", "a\n3\n")
    cloud.put("a/acme-2.csv", "a\n22\n")
    land(settings)
    later = mirrored(settings)

    assert again == first
    names = {name.rpartition("/")[2]: ino for name, ino in later.items()}
    assert set(names) == {"acme-1.csv", "acme-2.csv", "acme-3.csv"}
    assert names["acme-1.csv"] in first.values()
    assert names["acme-2.csv"] not in first.values()


def test_the_server_is_asked_for_each_object_once(s3, stored, land):
    settings = stored(s3)
    s3.put("a/acme-1.csv", "a\n1\n")
    s3.put("a/acme-2.csv", "a\n2\n")
    s3.put("a/notes.md", "nothing")
    land(settings)
    assert sorted(s3.fetched()) == ["a/acme-1.csv", "a/acme-2.csv"]

    land(settings)
    assert len(s3.fetched()) == 2

    s3.put("a/acme-3.csv", "a\n3\n")
    land(settings)
    assert s3.fetched()[2:] == ["a/acme-3.csv"]

    s3.put("a/acme-1.csv", "a\n11\n")
    land(settings)
    assert s3.fetched()[3:] == ["a/acme-1.csv"]


def test_an_object_that_left_is_a_delivery_that_is_gone(cloud, stored, land):
    settings = stored(cloud)
    cloud.put("acme-1.csv", "a\n1\n")
    cloud.put("acme-2.csv", "a\n2\n")
    land(settings)
    cloud.remove("acme-1.csv")

    status = land(settings)

    assert status[f"{cloud.url}/acme-1.csv"] == "gone"
    assert "gone" not in status[f"{cloud.url}/acme-2.csv"]
    assert [name.rpartition("/")[2] for name in mirrored(settings)] == ["acme-2.csv"]


def test_a_store_that_is_out_of_reach_takes_nothing_away(cloud, stored, land):
    settings = stored(cloud)
    cloud.put("acme-1.csv", "a\n1\n")
    before = land(settings), mirrored(settings), settings.deliveries_file.read_bytes()
    cloud.unplug()

    with pytest.raises(TransientError) as refused:
        land(settings)

    assert str(refused.value).startswith(f"{cloud.url}: cannot be listed, ")
    assert "expected a bucket or container that can be reached" in str(refused.value)
    assert cloud.secret not in str(refused.value)
    after = mirrored(settings), settings.deliveries_file.read_bytes()
    assert after == before[1:]


def test_a_bucket_that_is_not_there_is_named(cloud, stored, land):
    bucket = cloud.url.split("/")[2].partition("@")[0]
    url = cloud.url.replace(bucket, "nobody-made-this")
    settings = stored(type(cloud)(url, cloud.log, cloud.secret, cloud.unplug))

    with pytest.raises(TransientError, match=r"nobody-made-this.*: cannot be listed, "):
        land(settings)

    assert not settings.deliveries_file.exists()


def test_a_prefix_without_objects_is_an_error(s3, stored, land):
    bucket = s3.url.rpartition("/")[0]
    s3.put("acme-1.csv", "a\n1\n")
    put_raw(type(s3)(f"{bucket}/empty", s3.log, "", None), "folder/", b"")

    for place in ("mistyped", "empty"):
        url = f"{bucket}/{place}"
        with pytest.raises(TransientError, match=f"^{url}: "):
            land(stored(type(s3)(url, s3.log, "", None)))


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("../acme-9.csv", "has an empty, . or .. part"),
        ("a/../../../../../acme-9.csv", "has an empty, . or .. part"),
        ("./acme-9.csv", "has an empty, . or .. part"),
        ("/acme-9.csv", "has an empty, . or .. part"),
        ("a//acme-9.csv", "has an empty, . or .. part"),
        ("a\\..\\acme-9.csv", "has a control character or a backslash"),
        ("acme\t9.csv", "has a control character or a backslash"),
        ("acme*.csv", "has *, ? or ["),
        ("acme?.csv", "has *, ? or ["),
        ("acme[1].csv", "has *, ? or ["),
        ("acme-" + "é" * 130, "has a part of more than 255 bytes"),
        ("good", "is the folder of other keys too"),
    ],
)
def test_a_key_that_is_no_path_is_refused_by_name(key, why, s3, stored, acme):
    put_raw(s3, "good/acme-1.csv")
    put_raw(s3, key)
    settings = stored(s3)
    around = settings.home_dir.parent

    landing = scan(settings, [acme])

    [refusal] = landing.refusals
    name = f"{s3.url}/{key}".replace("\t", "\\x09")
    assert refusal.names == (name,)
    assert refusal.reason.startswith(
        f"{name}: no file can be made of it, its key {why}"
    )
    assert [d.names for d in landing.deliveries] == [(f"{s3.url}/good/acme-1.csv",)]
    assert len(mirrored(settings)) == 1
    written = {p.name for p in around.rglob("*") if p.is_file()}
    assert written == {"acme-1.csv", ".lock", "hashes.json", "keys.json"}


def test_a_key_that_looks_like_markup_is_told_as_it_is(
    s3, stored, command, monkeypatch
):
    put_raw(s3, "acme[/red].csv")
    monkeypatch.setenv("UNITMILL_LANDING__STORES", json.dumps([s3.url]))

    done = command("build", settings=stored(s3))

    assert done.returncode == 1
    assert f"nothing to read in {stored(s3).exports_dir}, {s3.url}" in done.stderr
    assert f"{s3.url}/acme[/red].csv: no file can be made of it" in done.stderr


def test_a_key_with_spaces_and_letters_of_any_language_is_read(s3, stored, acme):
    put_raw(s3, "Rechnungen für März/acme 1+2%20&=.csv")

    [delivery] = scan(stored(s3), [acme]).deliveries

    assert delivery.names == (f"{s3.url}/Rechnungen für März/acme 1+2%20&=.csv",)


def test_a_nul_in_a_key_stops_the_store_by_name(s3, stored, land):
    put_raw(s3, "acme-1.csv")
    put_raw(s3, "acme\x00.csv")

    with pytest.raises(TransientError, match=f"^{s3.url}: cannot be listed"):
        land(stored(s3))


def test_notes_leftovers_and_markers_of_folders_are_left_there(s3, stored, land):
    for key in ("README.md", ".tmp/acme.csv", "acme.part", "_SUCCESS", "acme-1.csv"):
        put_raw(s3, key)
    put_raw(s3, "folder/", b"")

    assert land(stored(s3)) == {f"{s3.url}/acme-1.csv": "current"}
    assert s3.fetched() == ["acme-1.csv"]


@pytest.mark.parametrize(("before", "after"), [("x", "x/acme.csv"), ("x/acme", "x")])
def test_an_object_may_become_a_folder_and_a_folder_an_object(
    before, after, s3, stored, invent
):
    anything = invent(claims=lambda _: True)
    settings = stored(s3)
    put_raw(s3, before, b"a\n1\n")
    scan(settings, [anything])
    s3.remove(before)
    put_raw(s3, after, b"a\n2\n")

    [delivery] = scan(settings, [anything]).deliveries

    assert delivery.names == (f"{s3.url}/{after}",)
    assert delivery.files[0].read_text() == "a\n2\n"


def test_the_same_file_in_the_folder_and_in_two_stores_counts_once(
    s3, gs, stored, put, land
):
    put("acme-1.csv", "a\n1\n")
    s3.put("acme-1.csv", "a\n1\n")
    gs.put("acme-1.csv", "a\n1\n")

    assert land(stored(s3, gs)) == {
        "acme-1.csv": "current",
        f"{s3.url}/acme-1.csv": "copy",
        f"{gs.url}/acme-1.csv": "copy",
    }


def test_an_object_of_many_chunks_arrives_whole(cloud, stored, acme):
    # A zero byte first: else one of fifty has none in front and is refused as text.
    content = b"\0" + os.urandom(9 * 1024 * 1024)
    cloud.put("acme.bin", content)

    [delivery] = scan(stored(cloud), [acme]).deliveries

    assert delivery.files[0].read_bytes() == content


def test_an_object_that_changes_while_it_is_read_is_not_kept(s3, tmp_path):
    s3.put("acme-1.csv", "a\n1\n")
    store = open_store(s3.url)
    listed = Object("acme-1.csv", 400, store.objects[0].modified_ns)

    with pytest.raises(TransientError, match=r"acme-1\.csv: changed while it was read"):
        _download(store, listed, tmp_path / "mirror" / "acme-1.csv", tmp_path / "0")

    assert not (tmp_path / "mirror").exists()


def test_a_killed_download_leaves_nothing_half(s3, stored, land, monkeypatch):
    settings = stored(s3)
    s3.put("acme-1.csv", "a\n1\n")
    with monkeypatch.context() as killed:
        killed.setattr(os, "fsync", kill)
        with pytest.raises(KeyboardInterrupt):
            land(settings)
    assert [name.split("/")[0] for name in mirrored(settings)] == [".downloads"]

    assert land(settings) == {f"{s3.url}/acme-1.csv": "current"}
    assert len(mirrored(settings)) == 1


def kill(_):
    raise KeyboardInterrupt


def test_a_bill_in_a_store_has_the_rows_that_it_has_in_the_folder(s3, stored, tmp_path):
    """Manifests of the sample name their files by key."""
    for path in AWS_SAMPLE.rglob("*"):
        if path.is_file():
            s3.put(path.relative_to(AWS_SAMPLE).as_posix(), path.read_bytes())
    local = Settings(exports=AWS_SAMPLE, home=tmp_path / "local")

    taken = [rows(settings) for settings in (local, stored(s3))]

    assert taken[0] == taken[1]
    assert {period for period, *_ in taken[0]} == {"2026-08", "2026-09", "2026-10"}
    assert len(taken[0]) > 100


def rows(settings):
    landing = scan(settings, [aws.SOURCE])
    assert landing.refusals == ()
    found = []
    for period in landing.periods(aws.SOURCE):
        deliveries = landing.of(aws.SOURCE, period)
        write_partition(settings, aws.SOURCE, deliveries, period)
        [path] = parts(partition_path(settings.ledger_dir, aws.SOURCE, period))
        with duckdb.connect() as db:
            found += db.execute(
                f"select '{period}' as period, * from '{path}' order by all"
            ).fetchall()
    return found


def test_news_are_seen_without_reading_an_object(s3, stored, land):
    settings = stored(s3)
    s3.put("acme-1.csv", "a\n1\n")

    assert len(changed_objects(settings)) == 1
    assert s3.fetched() == []
    land(settings)
    assert changed_objects(settings) == []
    s3.remove("acme-1.csv")
    s3.put("acme-2.csv", "a\n2\n")
    assert [line.split()[0] for line in changed_objects(settings)] == [
        f"{s3.url}/acme-2.csv"
    ]


@pytest.mark.parametrize(
    "url",
    [
        "s3://user:geheim@bucket/x", "s3://geheim@bucket", "https://bucket/geheim",
        "s3://bucket/x?secret_key=geheim", "gs://bucket#geheim", "s3:///geheim",
        "abfss://acme:geheim@acme.dfs.core.windows.net", "s3://bucket/../geheim",
        f"{PLACE}/x?sig=geheim", "abfss://acme@geheim.example.com/x", "geheim",
        "s3://bucket//geheim", "s3://bucket/./geheim", "s3://../geheim",
    ],
)  # fmt: skip
def test_an_address_with_anything_but_a_place_is_refused_unsaid(url, monkeypatch):
    monkeypatch.setenv("UNITMILL_LANDING__STORES", json.dumps(["s3://good", url]))

    with pytest.raises(ValidationError) as refused:
        Settings()

    assert "store 2 is no address; expected s3://bucket/prefix" in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_addresses_are_read_from_the_environment(monkeypatch):
    urls = ["s3://acme-billing/cur/", "gs://acme.billing", f"{PLACE}/focus/v1"]
    monkeypatch.setenv("UNITMILL_LANDING__STORES", json.dumps(urls))

    assert Settings().landing.stores == [url.rstrip("/") for url in urls]


@pytest.mark.parametrize("inner", ["s3://acme/a/b", "s3://acme/a/"])
def test_a_store_inside_another_is_refused(inner, monkeypatch):
    urls = ["s3://acme/a", "s3://acme/a-b", inner]
    monkeypatch.setenv("UNITMILL_LANDING__STORES", json.dumps(urls))

    with pytest.raises(ValidationError, match=r"lies in s3://acme/a/; expected each"):
        Settings()


@pytest.mark.parametrize("value", ["s3://me:geheim@b", '["s3://me:geheim@b"]'])
def test_the_command_line_does_not_repeat_a_wrong_address(
    value, settings, command, monkeypatch
):
    monkeypatch.setenv("UNITMILL_LANDING__STORES", value)

    done = command("build", settings=settings)

    assert done.returncode == 2
    assert "UNITMILL_ variables" in done.stderr
    assert "geheim" not in done.stderr + done.stdout


def test_an_object_is_hashed_while_it_is_fetched(cloud, stored, land):
    """Else each byte of the mirror would be read again, in this look and the next."""
    cloud.put("acme-1.csv", "a\n1\n")
    settings = stored(cloud)

    land(settings)

    known = json.loads(settings.hashes_file.read_text())
    *_, is_settled, digest = known[f"{cloud.url}/acme-1.csv"]
    assert is_settled
    assert digest == hashlib.sha256(b"a\n1\n").hexdigest()
