"""Files that no vendor meant to send: each ends in a refusal that names it.

The period's last good partition stands byte for byte, and nothing is half-written.
"""

import csv
import gzip
import io
import json
import os
import shutil
import zipfile

import pytest

from pipelines.landing.deliveries import record, scan
from pipelines.landing.source import ExportError
from pipelines.ledger.partitions import write_partition
from pipelines.ledger.stale import stale_partitions
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources

MONEY = {
    "aws": "lineItem/UnblendedCost",
    "azure": "CostInBillingCurrency",
    "azure_focus": "BilledCost",
    "ferrum": "amount",
    "focus_export": "BilledCost",
    "invoices": "invoice_amount",
}
MONTH = {
    "aws": "bill/BillingPeriodStartDate",
    "azure": "BillingPeriodStartDate",
    "azure_focus": "BillingPeriodStart",
    "ferrum": "start",
    "focus_export": "BillingPeriodStart",
    "invoices": "billing_period",
}


@pytest.fixture(scope="module")
def samples(seeds):
    return seeds


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    return all_sources(Settings(home=tmp_path_factory.mktemp("unused")))


@pytest.fixture
def taken(settings, sources):
    """Take in what lies in the exports folder; give what was said against it."""

    def once():
        landing = scan(settings, sources)
        record(settings.deliveries_file, landing, sources)
        said = [f"{', '.join(r.names)}: {r.reason}" for r in landing.refusals]
        for stale in stale_partitions(settings.ledger_dir, landing, sources):
            try:
                write_partition(settings, *_parts(stale))
            except ExportError as error:
                said.append(str(error))
        return "\n".join(said)

    return once


@pytest.fixture
def ledger(settings):
    """Give every file of the ledger with its bytes; none is half-written."""

    def files():
        assert not list(settings.home_dir.rglob("*.tmp"))
        assert not list((settings.home_dir / "tmp").rglob("unzipped-*"))
        found = settings.ledger_dir.rglob("*")
        return {path: path.read_bytes() for path in found if path.is_file()}

    return files


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """Give a folder with a home for each good file that was taken in."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture
def taken_in(samples, homes, put, taken, settings):
    """Take in a good file; what is made of it is copied the next time."""

    def good(name):
        path, content = samples[name]
        put(path, content, hour=1)
        kept = homes / name
        if kept.exists():
            shutil.copytree(kept, settings.home_dir)
        else:
            assert taken() == ""
            shutil.copytree(settings.home_dir, kept)

    return good


@pytest.fixture
def spoiled(samples, put, taken, taken_in, ledger):
    """Take in a good file, then a bad one in its place; give what was said."""

    def instead(name, content):
        path, _ = samples[name]
        taken_in(name)
        before = ledger()
        assert before
        put(path, content, hour=2)
        said = taken()
        assert path in said
        assert ledger() == before
        return said

    return instead


def _parts(stale):
    return stale.source, stale.deliveries, stale.period


def _rows(content):
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _csv(rows, like):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    content = text.getvalue().encode()
    return gzip.compress(content, mtime=0) if like[:2] == b"\x1f\x8b" else content


def _with(content, column, value, row=2):
    rows = _rows(content)
    rows[row][rows[0].index(column)] = value
    return _csv(rows, content)


@pytest.mark.parametrize("name", ["aws", "azure", "gcp", "oci"])
def test_a_truncated_gzip(name, samples, spoiled):
    assert "ended before the end-of-stream marker" in spoiled(
        name, samples[name][1][:-30]
    )


def test_a_gzip_that_ends_far_behind_its_beginning(samples, spoiled):
    rows = _rows(samples["aws"][1])
    noise = [[*rows[1][:-1], os.urandom(200).hex()] for _ in range(500)]
    whole = _csv([rows[0], *noise], b"\x1f\x8b")

    spoiled("aws", whole[: len(whole) * 9 // 10])


def test_a_truncated_parquet(samples, spoiled):
    assert "Parquet magic bytes not found in footer" in spoiled(
        "aws parquet", samples["aws parquet"][1][:-50]
    )


def test_a_parquet_with_a_hole(samples, spoiled):
    content = samples["aws parquet"][1]

    spoiled("aws parquet", content[:100] + b"\xff" * 3000 + content[3100:])


@pytest.mark.parametrize("name", MONEY)
def test_utf_16_that_is_cut_within_a_letter(name, samples, spoiled):
    text = _csv(_rows(samples[name][1]), b"").decode()

    said = spoiled(name, text.encode("utf-16")[:-1])

    assert "is no text in utf-16-le; save the file as UTF-8" in said


@pytest.mark.parametrize("name", ["aws", "azure", "focus_export", "ferrum", "invoices"])
def test_another_alphabet_in_an_older_encoding(name, samples, spoiled):
    content = samples[name][1]
    rows = _rows(content)
    rows[2][-1] = "Москва"
    plain = _csv(rows, b"").decode().encode("cp1251")

    said = spoiled(name, gzip.compress(plain) if content[:2] == b"\x1f\x8b" else plain)

    assert "it is neither UTF-8 nor Windows-1252 text; save it as UTF-8" in said


@pytest.mark.parametrize("name", MONEY)
def test_a_hundred_thousand_columns(name, samples, spoiled):
    content = samples[name][1]
    rows = _rows(content)
    wide = [[*row, *(f"x{n}" for n in range(100_000))] for row in rows]

    assert "its first line is longer than" in spoiled(name, _csv(wide, content))


@pytest.mark.parametrize("name", MONEY)
def test_a_header_twice(name, samples, spoiled):
    content = samples[name][1]
    rows = _rows(content)

    spoiled(name, _csv([*rows, rows[0]], content))


@pytest.mark.parametrize("name", MONEY)
@pytest.mark.parametrize("amount", ["1,5", "NaN", "-inf", "1e400"])
def test_an_amount_that_is_no_number(name, amount, samples, spoiled):
    said = spoiled(name, _with(samples[name][1], MONEY[name], amount))

    assert MONEY[name].lower() in said.lower()
    assert amount in said
    assert name == "ferrum" or "row 2" in said


@pytest.mark.parametrize("name", ["openai", "anthropic"])
@pytest.mark.parametrize("amount", [float("nan"), float("inf"), "1,5", "NaN"])
def test_an_amount_in_a_page_that_is_no_number(name, amount, samples, spoiled):
    page = json.loads(samples[name][1])
    result = page["data"][0]["results"][0]
    if name == "openai":
        result["amount"]["value"] = amount
    else:
        result["amount"] = amount if isinstance(amount, str) else str(amount)

    spoiled(name, json.dumps(page).encode())


@pytest.mark.parametrize("name", MONTH)
@pytest.mark.parametrize("year", ["1900", "9999"])
def test_a_month_of_another_century(name, year, samples, spoiled):
    content = samples[name][1]
    rows = _rows(content)
    for row in rows[1:]:
        for at, cell in enumerate(row):
            row[at] = cell.replace("2026", year)

    said = spoiled(name, _csv(rows, content))

    assert f"'{year}-" in said
    assert "expected a month from 2000-01 to 2099-12" in said


@pytest.mark.parametrize("month", ["../../x", "2026-/a", "2026-13", "/tmp/xy"])
@pytest.mark.parametrize("name", ["aws", "invoices"])
def test_a_month_that_is_a_path(name, month, samples, spoiled, settings):
    rows = _rows(samples[name][1])
    for row in rows[1:]:
        row[rows[0].index(MONTH[name])] = month

    assert "expected a month" in spoiled(name, _csv(rows, samples[name][1]))
    assert not (settings.home_dir / "ledger" / "x.parquet").exists()


def _zip(*members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return packed.getvalue()


def test_a_zip_bomb(samples, spoiled):
    content = gzip.decompress(samples["aws"][1])

    said = spoiled("aws", _zip(("bill.csv", content + b"0," * 20_000_000)))

    assert "unpacks to" in said


def test_a_zip_with_a_path_stays_in_its_place(samples, put, taken, ledger, settings):
    content = gzip.decompress(samples["aws"][1])
    put("deep/er/bill-1.csv.zip", _zip(("../../../outside.csv", content)))

    assert taken() == ""

    assert [path.parent.name for path in ledger() if path.suffix == ".parquet"] == [
        "2026-08"
    ]
    assert not list(settings.exports_dir.parent.rglob("outside.csv"))


def test_a_zip_of_two_files(samples, spoiled):
    content = gzip.decompress(samples["aws"][1])

    said = spoiled("aws", _zip(("a.csv", content), ("../b.csv", content)))

    assert "a zip archive of 2 files; expected one" in said


def test_an_encrypted_zip(samples, spoiled):
    content = bytearray(_zip(("a.csv", gzip.decompress(samples["aws"][1]))))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1

    assert "encrypted" in spoiled("aws", bytes(content))


@pytest.mark.parametrize("name", ["invoices", "slurm", "mlflow", "ferrum"])
def test_a_zip_where_none_is_read(name, samples, spoiled):
    spoiled(name, _zip(("a.csv", samples[name][1])))


def _manifest(*keys):
    return {"assemblyId": "a", "reportName": "bill", "reportKeys": list(keys)}


@pytest.mark.parametrize("key", ["bill-2.csv.gz", "../../../etc/passwd", "/etc/passwd"])
def test_a_manifest_that_names_a_missing_file(key, samples, put, taken, ledger):
    put("a/bill-1.csv.gz", samples["aws"][1], hour=1)
    put("a/bill-Manifest.json", _manifest("a/bill-1.csv.gz"), hour=1)
    assert taken() == ""
    before = ledger()

    put("a/bill-Manifest.json", _manifest("a/bill-1.csv.gz", key), hour=2)
    said = taken()

    assert f"aws: a/bill-Manifest.json names {key.lstrip('/')}, which is not" in said
    assert ledger() == before


def test_a_file_that_no_manifest_names(samples, put, taken, ledger):
    put("a/bill-1.csv.gz", samples["aws"][1], hour=1)
    put("a/bill-Manifest.json", _manifest("a/bill-1.csv.gz"), hour=1)
    assert taken() == ""
    before = ledger()

    put("a/bill-2.csv.gz", samples["aws"][1], hour=2)

    assert "aws: a/bill-2.csv.gz: no manifest names it" in taken()
    assert ledger() == before


def test_a_delivery_whose_last_chunk_is_short(samples, put, taken, ledger):
    good = samples["aws"][1]
    put("a/1/bill-1.csv.gz", good, hour=1)
    assert taken() == ""
    before = ledger()

    put("a/2/bill-1.csv.gz", good, hour=2)
    put("a/2/bill-2.csv.gz", good[: len(good) // 2], hour=2)
    put("a/2/bill-Manifest.json", _manifest("a/2/bill-1.csv.gz", "a/2/bill-2.csv.gz"))
    said = taken()

    assert "a/2/bill-2.csv.gz: unreadable" in said
    assert "aws: a/2/bill-Manifest.json names a/2/bill-2.csv.gz, which is not" in said
    assert ledger() == before


@pytest.mark.parametrize("kept", [2, 3])
def test_an_azure_run_with_a_row_too_few(kept, samples, put, taken, ledger):
    _, content = samples["azure"]
    rows = _rows(content)
    run = {
        "blobs": [{"blobName": "x/part_0_0001.csv", "dataRowCount": 3}],
        "exportConfig": {"type": "ActualCost", "resourceId": "/subscriptions/s/x"},
        "runInfo": {"runId": "r", "startDate": "2026-08-01", "endDate": "2026-08-31"},
    }
    put("x/manifest.json", run)
    put("x/part_0_0001.csv", _csv(rows[: kept + 1], b""))

    said = taken()

    assert ("announces 3 rows" in said) == (kept < 3)
    assert bool(ledger()) == (kept == 3)


@pytest.mark.parametrize(
    "name", ["aws", "azure", "ferrum", "gcp", "openai", "invoices"]
)
def test_the_same_file_in_two_folders_counts_once(name, samples, put, taken, ledger):
    path, content = samples[name]
    put(path, content, hour=1)
    assert taken() == ""
    before = ledger()

    put(f"again/{path}", content, hour=1)

    taken()
    assert ledger() == before


def test_a_file_that_two_sources_claim(samples, spoiled):
    rows = _rows(samples["invoices"][1])
    more = ["run_id", "experiment_id", "status", "start_time", "end_time"]

    said = spoiled("invoices", _csv([[*row, *more] for row in rows], b""))

    assert "claimed by mlflow and invoices; expected one source" in said


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00" * 9, b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["aws", "invoices", "openai", "mlflow store"])
def test_an_empty_file(name, content, spoiled):
    assert "no source recognizes it" in spoiled(name, content)


def test_a_folder_named_like_a_file(samples, put, taken, ledger, settings):
    put("a/bill-1.csv.gz", samples["aws"][1])
    put("a/bill-Manifest.json", _manifest("a/bill-1.csv.gz"))
    assert taken() == ""
    before = ledger()

    (settings.exports_dir / "a/bill-1.csv.gz").unlink()
    (settings.exports_dir / "a/bill-1.csv.gz").mkdir()
    (settings.exports_dir / "invoices.csv").mkdir()

    assert "a/bill-1.csv.gz, which is not there" in taken()
    assert ledger() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(samples, put, taken):
    put(*samples["invoices"]).chmod(0)

    assert "Permission denied" in taken()


def test_links_that_lead_nowhere_or_to_themselves(samples, put, taken, settings):
    put(*samples["invoices"])
    folder = settings.exports_dir
    (folder / "gone.csv").symlink_to("nowhere.csv")
    (folder / "loop.csv").symlink_to("loop.csv")
    (folder / "round").symlink_to(folder)
    (folder / "left").symlink_to("right")
    (folder / "right").symlink_to("left")

    said = taken().splitlines()

    assert [line.split(":")[0] for line in said] == [
        "gone.csv",
        "left",
        "loop.csv",
        "right",
    ]


def test_a_pipe_is_not_waited_for(taken, settings):
    os.mkfifo(settings.exports_dir / "pipe.csv")

    assert "pipe.csv: unreadable, not a regular file" in taken()


@pytest.mark.parametrize("name", ["invoice*.csv", "invoices[1].csv", "invoice?.csv"])
def test_a_name_that_matches_other_files(name, samples, put, taken):
    content = samples["invoices"][1]
    put("invoices.csv", content)
    put(name, _with(content, "invoice_amount", "7"))

    assert taken() == f"{name}: {name}: unreadable, its path has *, ? or [; rename it"


def test_a_name_that_is_no_utf_8(samples, taken, settings):
    path = os.fsencode(settings.exports_dir) + b"/invoices-\xff.csv"
    with open(path, "wb") as file:  # noqa: PTH123 (a path of bytes)
        file.write(samples["invoices"][1])

    assert "its name is not UTF-8" in taken()


@pytest.mark.parametrize("name", [*MONEY, "anthropic", "gcp", "mlflow store", "openai"])
def test_a_file_that_vanishes_after_the_scan(name, samples, sources, settings, request):
    put, taken, ledger = map(request.getfixturevalue, ("put", "taken", "ledger"))
    path = put(*samples[name])
    assert taken() == ""
    before = ledger()
    landing = scan(settings, sources)
    path.unlink()

    (source,) = [s for s in sources if s.name == landing.deliveries[0].source]
    period = landing.deliveries[0].periods[0]
    with pytest.raises(ExportError, match=path.name):
        write_partition(settings, source, landing.of(source, period), period)

    assert ledger() == before


def test_a_file_that_vanishes_during_the_scan(samples, put, settings, invent):
    def vanish(candidate):
        candidate.path.unlink()
        return True

    put("acme.csv", b"a,b\n1,2\n")

    landing = scan(settings, [invent(claims=vanish)])

    (refusal,) = landing.refusals
    assert refusal.names == ("acme.csv",)
    assert "No such file" in refusal.reason


def test_json_of_a_hundred_thousand_levels(samples, spoiled):
    page = samples["openai"][1].rstrip().removesuffix(b"}")

    spoiled("openai", page + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}")


@pytest.mark.parametrize("content", ["{}", '{"data": 7}', '{"data": [7]}', "[]"])
def test_a_page_of_another_shape(content, samples, spoiled):
    marks = '"object": "page", "x": {"starting_at": "", "results": []}'

    spoiled(
        "openai", content.replace("{", "{" + marks + ",", 1).replace(",}", "}").encode()
    )
