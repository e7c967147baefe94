"""What the first bytes of a file say: format, header, or that it is damaged."""

import gzip
import io
import sqlite3
import zipfile
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.landing.candidates import Found, find
from pipelines.landing.source import ExportError

CSV = b"day,cost\n2026-08-01,1.50\n"
JSON = b' {"object": "page"}'


def parquet():
    out = io.BytesIO()
    pq.write_table(pa.table({"day": ["2026-08-01"], "cost": [1.5]}), out)
    return out.getvalue()


def zipped(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def sniffed(settings):
    found = find(settings.exports_dir)
    [candidate], damaged = found.readable, found.damaged
    assert damaged == []
    return candidate


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (CSV, ("csv", "", ("day", "cost"))),
        (b"\xef\xbb\xbf" + CSV, ("csv", "", ("day", "cost"))),
        (b'"a|b"|c\n1|2\n', ("csv", "", ("a|b", "c"))),
        (b"day;cost\n1;2\n", ("csv", "", ("day", "cost"))),
        (b"day\tcost\n1\t2\n", ("csv", "", ("day", "cost"))),
        (JSON, ("json", "", ())),
        (b"\xef\xbb\xbf[1]", ("json", "", ())),
        (parquet(), ("parquet", "", ("day", "cost"))),
        (gzip.compress(CSV), ("csv", "gzip", ("day", "cost"))),
        (gzip.compress(JSON), ("json", "gzip", ())),
        (zipped(bill=CSV), ("csv", "zip", ("day", "cost"))),
        (b"", ("unknown", "", ())),
        (b" \n ", ("unknown", "", ())),
        (b"day,c\x00st\n", ("unknown", "", ())),
    ],
    ids=[
        "csv", "csv with a byte order mark", "pipes in quotes", "semicolons", "tabs",
        "json", "json with a byte order mark", "parquet", "csv in gzip", "json in gzip",
        "csv in zip", "empty", "blank", "NUL bytes",
    ],
)  # fmt: skip
def test_the_beginning_says_what_a_file_is_whatever_its_name(
    content, said, put, settings
):
    put("some/file.dat", content)

    candidate = sniffed(settings)

    assert candidate.name == "some/file.dat"
    assert (candidate.format, candidate.compression, candidate.columns) == said


def test_a_byte_order_mark_is_no_part_of_the_text(put, settings):
    put("page.json", b"\xef\xbb\xbf" + JSON)

    assert sniffed(settings).head == JSON.decode()


def test_an_sqlite_file_is_known_by_its_header(settings):
    with closing(sqlite3.connect(settings.exports_dir / "store")) as db:
        db.execute("create table runs (id integer)")
        db.commit()

    assert sniffed(settings).format == "sqlite"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (gzip.compress(CSV * 1000)[:30], "unreadable"),
        (b"\x1f\x8b" + b"no gzip at all", "unreadable"),
        (parquet()[:-20], "unreadable"),
        (b"PAR1", "unreadable"),
        (zipped(august=CSV, september=CSV), "a zip archive of 2 files; expected one"),
        (zipped(bill=CSV)[:40], "not a readable zip archive"),
        (
            zipped(**{"[Content_Types].xml": b"", "xl/workbook.xml": b""}),
            "an Excel workbook; save the sheet with the rows as CSV",
        ),
    ],
    ids=[
        "cut gzip",
        "no gzip",
        "cut Parquet",
        "only magic",
        "two files",
        "cut zip",
        "Excel",
    ],
)
def test_a_damaged_file_is_named_and_the_others_are_read(content, why, put, settings):
    put("bills/damaged", content)
    put("bills/good.csv", CSV)

    found = find(settings.exports_dir)
    readable, [(name, reason)] = found.readable, found.damaged

    assert [candidate.name for candidate in readable] == ["bills/good.csv"]
    assert name == "bills/damaged"
    assert reason.startswith("bills/damaged: ")
    assert why in reason


@pytest.mark.parametrize(
    "name", ["README.md", "run.log", "half.tmp", ".hidden", ".git/config", "_SUCCESS"]
)
def test_notes_and_leftovers_are_no_exports(name, put, settings):
    put(name, CSV)

    assert find(settings.exports_dir) == Found()


def test_a_missing_exports_folder_is_named(tmp_path):
    with pytest.raises(ExportError, match=r"no exports folder at .*nowhere"):
        find(tmp_path / "nowhere")


MAGIC = st.sampled_from(
    [b"", b"PAR1", b"\x1f\x8b", b"PK\x03\x04", b"{", b"\xef\xbb\xbf"]
)


@hypothesis_settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(magic=MAGIC, tail=st.binary(max_size=200))
def test_no_file_whatever_its_bytes_stops_the_search(magic, tail, put, settings):
    put("anything", magic + tail)

    found = find(settings.exports_dir)
    readable, damaged = found.readable, found.damaged

    assert len(readable) + len(damaged) == 1


def test_documents_lie_among_exports_and_are_not_read(settings, put):
    put("Invoice-2026-10.pdf", b"%PDF-1.7")
    put("README.txt", "how we export")
    put("notes.txt", "a,b\n1,2\n")

    found = find(settings.exports_dir)

    assert found.skipped == ["Invoice-2026-10.pdf", "README.txt"]
    # What may hold rows is never passed over in silence.
    assert [candidate.name for candidate in found.readable] == ["notes.txt"]


def test_a_user_says_what_is_not_read(settings, put):
    put(".unitmillignore", "# drafts of finance\n/drafts/\n*.xlsx\n\n")
    put("drafts/old/a.csv", CSV)
    put("a.xlsx", b"PK")
    put("b.csv", CSV)

    found = find(settings.exports_dir)

    assert found.skipped == ["a.xlsx", "drafts/old/a.csv"]
    assert [candidate.name for candidate in found.readable] == ["b.csv"]
    assert found.damaged == []
