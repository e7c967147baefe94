"""A CSV that was saved in another dialect says what it said before.

Every CSV that a source reads, in every dialect: the same rows land in the ledger.
"""

import csv
import gzip
import io
import re

import pyarrow.parquet as pq
import pytest

from pipelines.landing.deliveries import scan
from pipelines.ledger.partitions import write_partition
from pipelines.settings import Settings
from pipelines.sources.registry import all_sources

# sacct quotes nothing and has a reader of its own; a store is no CSV.
OWN_READERS = {"slurm", "mlflow", "mlflow_metrics"}
NUMBER = re.compile(r"-?\d+\.\d+(e-?\d+)?", re.IGNORECASE)
# What a delivery is called, and where: of the file, not of its rows.
OF_THE_FILE = {"x_DeliveryId", "delivery_id", "file_name"}


def written(rows, delimiter=",", end="\n"):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def with_commas(rows):
    """Write decimals as Europe does; a column that is no number has other cells."""
    header, *others = rows
    numbers = {
        place
        for place in range(len(header))
        if all(
            re.fullmatch(r"-?[\d.]*(e-?\d+)?", row[place], re.IGNORECASE)
            for row in others
        )
    }
    return [header] + [
        [
            cell.replace(".", ",") if place in numbers else cell
            for place, cell in enumerate(row)
        ]
        for row in others
    ]


def padded(rows):
    return [[f"\u00a0{name} \t" for name in rows[0]], *rows[1:]]


def trailing(rows):
    return [[*row, ""] for row in rows]


DIALECTS = {
    "as Excel saves Unicode": lambda rows: written(rows, "\t", "\r\n").encode("utf-16"),
    "as Excel saves a CSV in Germany": lambda rows: (
        "sep=;\r\n" + written(with_commas(rows), ";", "\r\n")
    ).encode("utf-8-sig"),
    "in Windows-1252, with blank lines and a last column without name": lambda rows: (
        "\n\n" + written(trailing(rows), "|") + "\n|||\n"
    ).encode("cp1252", "replace"),
    "with lines of both kinds and a padded header": lambda rows: (
        written(padded(rows)[:2], end="\r\n") + written(rows[2:])
    ).encode(),
}


@pytest.fixture(scope="module")
def samples(seeds):
    found = {}
    for name, (path, content) in seeds.items():
        plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        if b"\x00" in plain or plain.lstrip()[:1] in (b"{", b"[") or b"|" in plain[:40]:
            continue
        text = plain.decode("utf-8-sig")
        found[name] = path, [*csv.reader(io.StringIO(text, newline=""))]
    return found


@pytest.fixture
def ledger(tmp_path):
    """Convert one file; give what was refused, and every row of the ledger."""

    def rows(path, content):
        chosen = Settings(exports=tmp_path / "exports", home=tmp_path / "home")
        place = chosen.exports_dir / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        sources = all_sources(chosen)
        landing = scan(chosen, sources)
        by_name = {source.name: source for source in sources}
        found = {}
        for delivery in landing.deliveries:
            for period in delivery.periods[:1]:
                source = by_name[delivery.source]
                made = write_partition(chosen, source, [delivery], period)
                table = pq.read_table(made.files[0])
                kept = [c for c in table.column_names if c not in OF_THE_FILE]
                lines = map(str, table.select(kept).to_pylist())
                found[source.name, period] = sorted(lines)
        return landing.refusals, found

    return rows


NAMES = sorted(
    [
        "aws",
        "azure",
        "azure_focus",
        "budgets",
        "business_values",
        "call_log",
        "contract_prices",
        "deployments",
        "focus_export",
        "invoices",
        "migration_scenarios",
        "model_variants",
        "native_totals",
        "oci",
        "onprem",
        "openrouter",
        "optimizations",
        "ownership_rules",
        "prepaid",
        "run_plans",
        "shared_cost_rules",
        "storage_access",
    ]
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_in_another_dialect_has_the_same_rows(name, samples, ledger):
    path, rows = samples[name]
    path = path.removesuffix(".gz")
    refusals, expected = ledger(path, written(rows).encode())
    assert refusals == ()
    assert expected

    for dialect, write in DIALECTS.items():
        assert ledger(path, write(rows)) == ((), expected), dialect
