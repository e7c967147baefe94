"""Small valid files of every source, cut from sample_exports, for tests to break."""

import gzip
import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq

from pipelines.landing.deliveries import scan
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.sources.plans import plan_sources
from pipelines.sources.registry import all_sources

SAMPLE_EXPORTS = PROJECT_DIR / "sample_exports"
ROWS = 3
# Formats that the first delivery of a source is not in.
MORE = {
    "aws parquet": "aws/cur2/**/*.parquet",
    "mlflow store": "mlflow/*.db",
    "invoices": "invoices/*.csv",
}


def seeds(home):
    """Give a small file per source and format: its name in the exports, its bytes."""
    settings = Settings(exports=SAMPLE_EXPORTS, home=home)
    landing = scan(settings, all_sources(settings))
    found = {}
    for delivery in landing.deliveries:
        found.setdefault(delivery.source, delivery.files[0])
    for name, pattern in MORE.items():
        found[name] = min(SAMPLE_EXPORTS.glob(pattern))
    return {
        name: (path.relative_to(SAMPLE_EXPORTS).as_posix(), small(path))
        for name, path in found.items()
    } | dict(_of_plans(settings))


def _of_plans(settings):
    """Give the samples of vendors from whom the sample company buys nothing."""
    for source in plan_sources(settings):
        folder = settings.plans_dir / source.name / "sample"
        if path := min(filter(Path.is_file, folder.rglob("*")), default=None):
            place = f"{source.name}/{path.relative_to(folder).as_posix()}"
            yield source.name, (place, path.read_bytes())


def small(path):
    """Cut a file to a few rows; it keeps its format and compression."""
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        return gzip.compress(_text(gzip.decompress(content)), mtime=0)
    if content[:4] == b"PAR1":
        out = BytesIO()
        pq.write_table(pq.read_table(path, partitioning=None).slice(0, ROWS), out)
        return out.getvalue()
    if content[:6] == b"SQLite":
        return _store(path)
    return _text(content)


def _text(content):
    """Cut a text: one JSON document with data to a few of these, all else to lines."""
    if content.lstrip()[:1] != b"{":
        return _lines(content)
    try:
        document = json.loads(content)
    except json.JSONDecodeError:
        return _lines(content)
    return _page(document) if "data" in document else _lines(content)


def _lines(content):
    return b"".join(content.splitlines(keepends=True)[: ROWS + 1])


def _page(page):
    if "resultType" in page["data"]:
        series = page["data"]["result"]
        page["data"]["result"] = [
            found | {"values": found["values"][:ROWS]} for found in series
        ]
        return json.dumps(page).encode()
    page["data"] = page["data"][:ROWS]
    # The cut page is whole: no other goes on from it.
    if page.get("has_more"):
        page |= {"has_more": False, "next_page": None}
    for bucket in page["data"]:
        if "results" in bucket:
            bucket["results"] = bucket["results"][:1]
    return json.dumps(page).encode()


def _store(path):
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        with closing(sqlite3.connect(copy)) as store:
            keep = "(select run_uuid from runs order by run_uuid limit 3)"
            for table in ("tags", "metrics", "latest_metrics", "params", "runs"):
                store.execute(f"delete from {table} where run_uuid not in {keep}")
            store.commit()
            store.execute("vacuum")
        return copy.read_bytes()
