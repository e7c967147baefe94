"""Exports of any size: a month of each provider's sample, repeated row by row.

Every repetition has an id of its own in it (a resource, a project, a reference), so
no two rows are equal. Belongs here: making data. AWS has a generator of its own in
``bench.cur``.
"""

import gzip
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

import duckdb

from bench.cur import Format, write_cur
from pipelines.landing.source import Source
from pipelines.sources.cost import (
    anthropic,
    aws,
    azure,
    azure_focus,
    focus_export,
    gcp,
    oci,
    openai,
    openrouter,
)
from sample_company.anthropic import write_anthropic
from sample_company.azure.details import write_azure
from sample_company.azure.focus import write_azure_focus
from sample_company.driftbase import write_driftbase
from sample_company.gcp import write_gcp
from sample_company.oci import write_oci
from sample_company.openai_pages import write_openai
from sample_company.openrouter import write_openrouter

READ_PARQUET = "read_parquet($files)"
READ_CSV = "read_csv($files, all_varchar = true)"
READ_JSON = "read_json($files)"
MILLION = 1_000_000
PAGES = 200_000
# Lines are written as they are: no delimiter and no quote may touch them.
AS_LINES = "format csv, header false, quote '', escape '', delimiter e'\\x01'"


@dataclass(frozen=True, slots=True)
class Export:
    """A provider's export that can be made with any number of rows.

    Attributes:
        source: who converts it.
        period: the month that all rows are of.
        make: writes it below a folder, with so many rows.
        reader: how DuckDB reads its ``$files`` without knowing the provider.
        rows: how many rows a bench takes, unless given.
    """

    source: Source
    period: str
    make: Callable[[Path, int], None]
    reader: str
    rows: int = MILLION


def _cur(folder: Path, rows: int, fmt: Format) -> None:
    suffix = "snappy.parquet" if fmt == "parquet" else fmt
    write_cur(folder / f"cur-1.{suffix}", rows, fmt)


def _lines(
    folder: Path,
    rows: int,
    *,
    write: Callable[[Path], None],
    file: str,
    varies: str,
) -> None:
    """Repeat the lines of one sample file; ``varies`` gets the repetition's number."""
    with tempfile.TemporaryDirectory() as samples:
        write(Path(samples))
        sample = next(iter(sorted(Path(samples).glob(file))))
        name = sample.name
        packed = gzip.decompress if name.endswith(".gz") else bytes
        lines = packed(sample.read_bytes()).decode().splitlines()
    heads = 0 if ".json" in name else 1
    head, body = lines[:heads], lines[heads:]
    assert all(varies in line for line in body), f"{name}: a line has no {varies}"
    packing = "gzip" if name.endswith(".gz") else "none"
    with duckdb.connect(config={"threads": 2}) as db:
        db.execute(
            f"""
            copy (
                select unnest($head::varchar[]) as line
                union all
                (
                    select replace(unnest($body), $varies, $varies || number)
                    from range($rows) as repetitions (number)
                    limit $rows
                )
            ) to '{folder / name}' ({AS_LINES}, compression {packing})
            """,
            {"head": head, "body": body, "varies": varies, "rows": rows},
        )


def _pages(
    folder: Path,
    rows: int,
    *,
    write: Callable[[Path], None],
    pull: str,
    varies: str,
) -> None:
    """Repeat the results of every time bucket of one pull; one page per bucket."""
    with tempfile.TemporaryDirectory() as samples:
        write(Path(samples))
        pages = [
            json.loads(path.read_text("utf-8"))
            for path in sorted(Path(samples).glob(f"{pull}/*.json"))
        ]
    buckets = [bucket for page in pages for bucket in page["data"]]
    per_bucket = -(-rows // len(buckets))
    place = folder / pull
    place.mkdir(parents=True)
    for number, bucket in enumerate(buckets):
        count_left = min(per_bucket, rows - number * per_bucket)
        repeated = list(
            islice(_repeated(bucket["results"], varies), max(count_left, 0))
        )
        page = pages[0] | {
            "data": [bucket | {"results": repeated}],
            "has_more": False,
            "next_page": None,
        }
        (place / f"page-{number:03}.json").write_text(json.dumps(page), "utf-8")


def _repeated(results: list[dict[str, object]], key: str) -> Iterator[dict]:
    number = 0
    while True:
        for result in results:
            yield result | {key: f"{result[key]}-{number}"}
        number += 1


EXPORTS = {
    "aws": Export(aws.SOURCE, "2026-10", partial(_cur, fmt="parquet"), READ_PARQUET),
    "aws_csv": Export(aws.SOURCE, "2026-10", partial(_cur, fmt="csv.gz"), READ_CSV),
    "azure": Export(
        azure.SOURCE,
        "2026-08",
        partial(
            _lines,
            write=write_azure,
            file="lumenloop-actual/20260801-*/*/*/*.csv.gz",
            varies="platform",
        ),
        READ_CSV,
    ),
    "azure_focus": Export(
        azure_focus.SOURCE,
        "2026-10",
        partial(
            _lines,
            write=write_azure_focus,
            file="*/*/*/*/*.csv.gz",
            varies="rg-chat-eu",
        ),
        READ_CSV,
    ),
    "gcp": Export(
        gcp.SOURCE,
        "2026-08",
        partial(
            _lines,
            write=write_gcp,
            file="*-202608-000000000000.json.gz",
            varies="lumenloop-search",
        ),
        READ_JSON,
    ),
    "oci": Export(
        oci.SOURCE,
        "2026-08",
        partial(
            _lines,
            write=write_oci,
            file="reports/cost-csv/*.csv.gz",
            varies="0041000",
        ),
        READ_CSV,
    ),
    "focus_export": Export(
        focus_export.SOURCE,
        "2026-08",
        partial(
            _lines,
            write=write_driftbase,
            file="*-2026-08.csv",
            varies="prj-search",
        ),
        READ_CSV,
    ),
    "openrouter": Export(
        openrouter.SOURCE,
        "2026-08",
        partial(_lines, write=write_openrouter, file="*_2026-08.csv", varies="gen-"),
        READ_CSV,
    ),
    "openai": Export(
        openai.SOURCE,
        "2026-10",
        partial(
            _pages,
            write=write_openai,
            pull="costs/20261104T020000Z",
            varies="project_id",
        ),
        READ_JSON,
        PAGES,
    ),
    "anthropic": Export(
        anthropic.SOURCE,
        "2026-08",
        partial(
            _pages,
            write=write_anthropic,
            pull="cost_report/20260903T030000Z",
            varies="workspace_id",
        ),
        READ_JSON,
        PAGES,
    ),
}
