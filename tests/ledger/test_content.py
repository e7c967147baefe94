"""Partitions are the bytes that were written; others are made again or refused."""

import hashlib
import shutil
import subprocess

import pytest

from pipelines.landing.deliveries import record, scan
from pipelines.landing.source import ExportError, TransientError
from pipelines.ledger.content import damage
from pipelines.ledger.files import partition_path, parts, record_of
from pipelines.ledger.partitions import write_partition
from pipelines.ledger.stale import stale_partitions


@pytest.fixture
def catch_up(settings):
    """Bring the ledger up to the exports folder; give how many months it converted."""

    def build(source):
        landing = scan(settings, [source])
        stale = stale_partitions(settings.ledger_dir, landing, [source])
        for item in stale:
            write_partition(settings, item.source, item.deliveries, item.period)
        record(settings.deliveries_file, landing, [source])
        return len(stale)

    return build


def file_of(place):
    [path] = parts(place)
    return path


@pytest.fixture
def partition(put, settings, catch_up, invent):
    """Give the place of a month that one file was converted to."""
    put("acme-1.csv", "a\n1\n")
    assert catch_up(invent()) == 1
    return partition_path(settings.ledger_dir, invent(), "2026-08")


def test_the_record_is_checked_by_sha256sum(partition):
    said = subprocess.run(
        ["sha256sum", "--check", "--strict", record_of(partition).name],
        cwd=partition.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout == f"{partition.name}/{file_of(partition).name}: OK\n"


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-9]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes() + b" "),
        lambda path: path.unlink(),
        lambda path: (path.unlink(), path.parent.rmdir()),
        lambda path: (path.write_bytes(b""), record_of(path.parent).unlink()),
        lambda path: record_of(path.parent).unlink(),
        lambda path: record_of(path.parent).write_bytes(b"\xff"),
    ],
    ids=[
        "cut",
        "empty",
        "longer",
        "gone",
        "folder gone",
        "empty, no record",
        "no record",
        "odd",
    ],
)
def test_a_damaged_month_is_converted_again(partition, catch_up, invent, harm):
    path = file_of(partition)
    whole = hashlib.sha256(path.read_bytes()).hexdigest()
    harm(path)

    assert catch_up(invent()) == 1

    assert damage(partition) == ""
    assert hashlib.sha256(file_of(partition).read_bytes()).hexdigest() == whole
    assert catch_up(invent()) == 0


@pytest.mark.parametrize(
    "case",
    [
        (lambda path: path.write_bytes(b"PAR1"), "has other bytes than were written"),
        (lambda path: path.unlink(), "is missing"),
        (
            lambda path: record_of(path.parent).unlink(),
            "has no record of its parts",
        ),
    ],
    ids=["other bytes", "gone", "no record"],
)
def test_a_damaged_month_whose_exports_left_is_named(
    partition, settings, catch_up, invent, case
):
    harm, fault = case
    (settings.exports_dir / "acme-1.csv").unlink()
    assert catch_up(invent()) == 0
    harm(file_of(partition))

    with pytest.raises(ExportError) as refused:
        catch_up(invent())

    assert str(refused.value).startswith(f"acme 2026-08: {partition} {fault}, and ")
    assert "put them back or restore the partition from a backup" in str(refused.value)


def test_rows_of_a_file_that_left_stay_when_the_record_of_files_is_lost(
    put, settings, catch_up, invent
):
    each = invent(restates="rows")
    put("acme-1.csv", "a\n1\n", hour=1)
    put("acme-2.csv", "a\n2\n", hour=2)
    catch_up(each)
    (settings.exports_dir / "acme-1.csv").unlink()
    catch_up(each)
    settings.deliveries_file.write_bytes(b"")

    assert catch_up(each) == 0
    put("acme-3.csv", "a\n3\n", hour=3)
    with pytest.raises(ExportError, match="the ledger holds rows of acme-"):
        catch_up(each)


@pytest.mark.parametrize("change", ["edited", "gone"])
def test_a_file_that_changes_before_it_is_converted_is_named(
    put, settings, invent, change
):
    put("acme-1.csv", "a\n1\n")
    landing = scan(settings, [invent()])
    file = settings.exports_dir / "acme-1.csv"
    file.write_text("a\n2\n\n") if change == "edited" else file.unlink()

    with pytest.raises(TransientError, match=r"acme-1\.csv: changed after it was"):
        write_partition(settings, invent(), landing.deliveries, "2026-08")

    assert not partition_path(settings.ledger_dir, invent(), "2026-08").exists()


def copied(place, other):
    shutil.copytree(place, other)
    shutil.copyfile(record_of(place), record_of(other))
    return other


def test_a_copy_of_another_month_is_no_partition_of_this_one(
    partition, catch_up, invent
):
    other = copied(partition, partition.with_name("2026-07"))

    assert damage(other) == "has the record of 2026-08 beside it"
    with pytest.raises(ExportError, match=f"acme 2026-07: {other} has the record"):
        catch_up(invent())


def test_a_copy_of_another_source_is_no_partition_of_this_one(partition):
    folder = partition.parent.with_name("umbrella")
    folder.mkdir()

    other = copied(partition, folder / partition.name)

    assert damage(other) == "has the record of acme beside it"
