"""What lies in Lumenloop's buckets, and who read it last: an inventory a month.

Belongs here: the inventory. What the buckets cost is in the bills of the other modules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sample_company.files import csv_text, write_text
from sample_company.months import MONTHS, Month
from sample_company.seeded import base32_id, between, plain

HEADER = (
    "date",
    "resource_id",
    "prefix",
    "dataset_name",
    "storage_tier",
    "stored_gb",
    "object_count",
    "read_count",
    "read_gb",
    "last_read_on",
    "lifecycle_rule",
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a bucket. Without a date of its last read it is read every day."""

    resource: str
    prefix: str
    dataset: str
    gb: int
    gb_per_object: Decimal
    read_share: Decimal
    last_read: str = ""
    rule: str = ""


_CHECKPOINTS, _CORPUS = "lumen-checkpoints", "lumen-corpus"
_COPIES = f"ocid1.bucket.oc1.iad.{base32_id(20, 'oci', 'copies')}"
_NEVER, _RARELY = Decimal(0), Decimal("0.04")
_PARTS = (
    _Part(
        _CHECKPOINTS, "2025/", "old-checkpoints", 21_300, Decimal(14), _NEVER, "03-11"
    ),
    _Part(_CHECKPOINTS, "2026/", "checkpoints", 17_100, Decimal(14), Decimal("0.3")),
    # The raw crawl was read for the last time when the corpus was made of it.
    _Part(_CORPUS, "raw/", "crawl", 13_900, Decimal("0.25"), _NEVER, "06-18"),
    _Part(_CORPUS, "tokens/", "corpus", 5_000, Decimal("0.5"), Decimal(3)),
    _Part(
        "lumen-search-index",
        "",
        "search-index",
        2_980,
        Decimal(1),
        Decimal(9),
        rule="expire-old-segments",
    ),
    _Part(_COPIES, "", "checkpoint-copies", 6_900, Decimal(14), _RARELY),
)
# The vector store counts vectors and queries; a vector is 6 KB with its index.
_VECTORS_PER_GB = 160_000
_STORE = "prj-search"


def _of(month: Month, part: _Part) -> tuple[str, ...]:
    stored = part.gb * between("0.985", "1.015", "stored", month.period, part.dataset)
    objects = stored / part.gb_per_object
    last_day = month.end - timedelta(days=1)
    return (
        f"{last_day:%Y-%m-%d}",
        part.resource,
        part.prefix,
        part.dataset,
        "",
        plain(stored.quantize(Decimal("0.001"))),
        str(int(objects)),
        str(int(objects * part.read_share)),
        plain((stored * part.read_share).quantize(Decimal("0.001"))),
        f"2026-{part.last_read}" if part.last_read else f"{last_day:%Y-%m-%d}",
        part.rule,
    )


def _of_vectors(month: Month, grown: int) -> tuple[str, ...]:
    stored = Decimal(930 + 25 * grown)
    queries = between("82", "94", "vectors", month.period) * 1_000_000
    last_day = f"{month.end - timedelta(days=1):%Y-%m-%d}"
    counts = (str(int(stored * _VECTORS_PER_GB)), str(int(queries)))
    columns = (last_day, _STORE, "", "corpus-vectors", "", plain(stored), *counts)
    return (*columns, "", last_day, "")


def _rows() -> Iterator[tuple[str, ...]]:
    for grown, month in enumerate(MONTHS):
        yield from (_of(month, part) for part in _PARTS)
        yield _of_vectors(month, grown)


def write_storage_access(out: Path) -> None:
    """Write the inventories of three months."""
    write_text(out / "storage_access.csv", csv_text(HEADER, _rows()))
