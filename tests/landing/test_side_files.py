"""What lies beside exports: passed over by name, named, or refused; never silent."""

import io
import os
import zipfile

import pytest

from pipelines.landing.candidates import find
from pipelines.landing.deliveries import scan

CSV = b"day,cost\n2026-08-01,1.50\n"


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cur/crawler-cfn.yml", b"AWSTemplateFormatVersion: 2010-09-09"),
        ("cur/bill-create-table.sql", b"CREATE EXTERNAL TABLE x (a, b, c)"),
        ("cur/cost_and_usage_data_status/cost_and_usage_data_status.parquet", b"PAR1"),
        ("aws-programmatic-access-test-object", b""),
        ("cur/bill-RedshiftCommands.sql", b"create table a (b, c)"),
        ("cur/bill-RedshiftManifest.json", b'{"entries": []}'),
        ("cur/bill-QuickSightManifest.json", b'{"fileLocations": []}'),
        ("inventory/manifest.checksum", b"d41d8cd98f00b204e9800998ecf8427e"),
        ("azure/ms-test-blob", b""),
        ("gcp/_delta_log/00000.json", b'{"commitInfo": {}}'),
        ("hive/_metadata", b"PAR1"),
        ("hive/_common_metadata", b"PAR1"),
        ("hive/_committed_123", b"{}"),
        ("emr/month_$folder$", b""),
        ("__MACOSX/._bill.csv", b"\x00\x05"),
        ("minutes.docx", b"PK"),
        ("deck.pptx", b"PK"),
        ("letter.odt", b"PK"),
        ("load.sh", b"#!/bin/sh"),
        ("load.py", b"import csv"),
        ("settings.ini", b"[a]\nb = c"),
        ("settings.yaml", b"a: b"),
        ("mail.eml", b"From: a, b"),
        ("documents.zip", zipped("a.pdf", "b.docx")),
        (
            "oci/reports/usage-csv/0001.csv",
            b"lineItem/referenceNo,usage/billedQuantity\na,1\n",
        ),
    ],
)
def test_a_file_without_rows_is_passed_over_by_name(name, content, put, settings):
    put(name, content)
    put("bill.csv", CSV)

    found = find(settings.exports_dir)

    assert found.damaged == []
    assert [file.name for file in found.readable] == ["bill.csv"]
    assert [said for said in found.skipped if said != name] == []


@pytest.mark.parametrize("name", ["bill.xlsx", "bill.xls", "bill.ods"])
def test_a_workbook_is_named_since_it_may_hold_a_bill(name, put, settings):
    put(name, b"PK\x03\x04")

    (said,) = find(settings.exports_dir).skipped

    assert said.startswith(f"{name} (a workbook; if it holds a bill, save the sheet")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("bill.csv.zst", b"\x28\xb5\x2f\xfdx", "packed with zstd"),
        ("bill.csv.bz2", b"BZh91AY", "packed with bzip2"),
        ("bill.csv.xz", b"\xfd7zXZ\x00x", "packed with xz"),
        ("bill.7z", b"7z\xbc\xaf\x27\x1c", "packed with 7z"),
    ],
)
def test_a_packing_that_is_not_read_is_named(name, content, why, put, settings):
    put(name, content)

    ((said, reason),) = find(settings.exports_dir).damaged

    assert (said, why in reason) == (name, True)


def test_an_empty_file_of_data_is_no_side_file(put, settings):
    put("bill.csv", b"")

    (file,) = find(settings.exports_dir).readable

    assert (file.name, file.size, file.format) == ("bill.csv", 0, "unknown")


def test_a_hidden_folder_with_data_is_named_and_those_of_tools_are_not(put, settings):
    put(".snapshots/2026/bill.csv", CSV)
    put(".snapshots/2026/bill.json", b"{}")
    put(".snapshots/notes", b"x")
    put(".empty/notes", b"x")
    put(".git/bill.csv", CSV)
    put(".ipynb_checkpoints/bill.csv", CSV)
    put(".Trash-1000/bill.csv", CSV)
    put("._bill.csv", CSV)
    put(".DS_Store", b"x")
    put(".old.csv", CSV)

    found = find(settings.exports_dir)

    assert found.readable == []
    assert found.skipped == [
        ".snapshots (a hidden folder with 2 files of data; rename it to have it read)",
        ".old.csv (hidden; rename it if it is an export)",
    ]


def test_a_linked_folder_is_read_once_and_a_loop_is_named(put, settings, tmp_path):
    folder = settings.exports_dir
    put("2026-08/bill.csv", CSV)
    (tmp_path / "store" / "deep").mkdir(parents=True)
    (tmp_path / "store" / "deep" / "other.csv").write_bytes(CSV)
    (folder / "store").symlink_to(tmp_path / "store")
    (folder / "latest").symlink_to("2026-08")
    (folder / "round").symlink_to(folder)
    (folder / "up").symlink_to(tmp_path)
    (folder / "zz").symlink_to(tmp_path / "store" / "deep")
    (tmp_path / "store" / "back").symlink_to(tmp_path / "store")

    found = find(folder)

    assert [file.name for file in found.readable] == [
        "2026-08/bill.csv",
        "store/deep/other.csv",
    ]
    assert sorted(found.skipped) == [
        "latest (a link to a folder that is read where it lies)",
        "round (a link to a folder that it lies in)",
        "store/back (a link to a folder that another link leads to)",
        "up (a link to a folder that it lies in)",
        "zz (a link to a folder that another link leads to)",
    ]


def test_a_link_to_what_is_hidden_is_followed(put, settings):
    """As a volume of Kubernetes does it: the name is a link, the content is hidden."""
    put("..2026_08/bill.csv", CSV)
    (settings.exports_dir / "bills").symlink_to("..2026_08")

    found = find(settings.exports_dir)

    assert [file.name for file in found.readable] == ["bills/bill.csv"]


def test_pipes_and_sockets_are_refused_by_what_they_are(settings):
    os.mkfifo(settings.exports_dir / "pipe.csv")

    ((name, reason),) = find(settings.exports_dir).damaged

    assert name == "pipe.csv"
    assert "not a regular file but a pipe" in reason


def test_patterns_are_those_of_gitignore(put, settings):
    put(".unitmillignore", "# drafts\n/drafts/\n*.xlsx\n**/old/*.csv\n!keep.csv\n")
    for name in ("drafts/a/b.csv", "x/drafts/c.csv", "x/old/d.csv", "x/old/keep.csv"):
        put(name, CSV)
    put("deep/er/e.xlsx", b"PK")

    found = find(settings.exports_dir)

    assert [file.name for file in found.readable] == [
        "x/drafts/c.csv",
        "x/old/keep.csv",
    ]
    assert sorted(found.skipped) == ["deep/er/e.xlsx", "drafts/a/b.csv", "x/old/d.csv"]


def test_a_text_that_is_a_table_is_a_table(put, settings):
    """As sacct writes it: pipes between cells, and commas in one of them."""
    put("sacct.txt", "JobID|State|AllocTRES\n1|COMPLETED|cpu=1,gpu=2\n2|FAILED|cpu=1\n")
    put("bill.txt", "day,cost\n2026-08-01,1.5\n")

    names = [file.name for file in find(settings.exports_dir).readable]

    assert names == ["bill.txt", "sacct.txt"]


@pytest.mark.parametrize(
    "content",
    [
        b"What we pay for, and why:\n\nGPUs, mostly\n",
        b"We met on Monday.\nGPUs cost, as ever, too much.\n",
    ],
)
def test_a_text_is_passed_over_unless_it_is_near_to_a_source(
    content, put, settings, invent
):
    put("notes.txt", content)

    found = scan(settings, [invent()])

    assert (found.refusals, found.skipped) == ((), ("notes.txt",))
